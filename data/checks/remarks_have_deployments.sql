-- Every correction and every flag is about a deployment that exists.
WITH remarks AS (
    SELECT deployment_id FROM core_corrections
    UNION ALL
    SELECT deployment_id FROM core_flags
)
SELECT DISTINCT deployment_id
FROM remarks
ANTI JOIN core_deployments USING (deployment_id)
ORDER BY ALL
