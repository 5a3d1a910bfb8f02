-- A deployment that did not run is not expected to have counted faces.
SELECT o.deployment_id, o.faces_expected
FROM out_deployments AS o
INNER JOIN core_deployments AS c USING (deployment_id)
WHERE c.status = 'aborted' AND o.faces_expected IS NOT NULL
ORDER BY ALL
