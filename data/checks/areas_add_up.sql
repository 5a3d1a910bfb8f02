-- An area lists as many deployments as were placed in it.
WITH told AS (
    SELECT area_code, count(*) AS n FROM out_deployments WHERE area_code IS NOT NULL GROUP BY ALL
)
SELECT area_code, told.n AS deployments, a.deployments AS listed
FROM told
FULL JOIN out_areas AS a USING (area_code)
WHERE told.n IS DISTINCT FROM a.deployments
ORDER BY ALL
