-- Every counting era a deployment names is one of its force's eras, which lists as many at least.
WITH named AS (
    SELECT force, counting_era AS era, count(*) AS n
    FROM out_deployments WHERE counting_era IS NOT NULL GROUP BY ALL
)
SELECT named.force, named.era, named.n, out_eras.deployments AS listed
FROM named
LEFT JOIN out_eras ON out_eras.force = named.force AND out_eras.era = named.era
WHERE out_eras.era IS NULL OR out_eras.deployments < named.n
ORDER BY ALL
