-- What conflicts is listed as the record has it and as it is told elsewhere, for as many deployments.
SELECT force, place_published, place_told,
    sum(deployments) AS deployments, sum(deployments_elsewhere) AS elsewhere
FROM out_places
WHERE telling IN ('record', 'elsewhere')
GROUP BY ALL
HAVING sum(deployments) <> sum(deployments_elsewhere) OR count(DISTINCT telling) <> 2
UNION ALL
SELECT force, place_published, place_told, deployments, deployments_elsewhere
FROM out_places
WHERE (telling IS NULL AND (place_told IS NOT NULL OR told_by IS NOT NULL))
    OR (telling IS NOT NULL AND (place_told IS NULL OR told_by IS NULL))
    OR (telling = 'elsewhere') <> (deployments = 0)
    OR coalesce(telling = 'elsewhere', FALSE) <> (deployments_elsewhere > 0)
ORDER BY ALL
