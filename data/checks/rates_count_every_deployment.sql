-- Every deployment of a force counts once in its rates by era, among those used or left out.
WITH told AS (SELECT force, count(*) AS n FROM core_deployments GROUP BY ALL),
listed AS (
    SELECT force, "event", "per", sum(deployments + deployments_without) AS n
    FROM out_rates WHERE "by" = 'era' GROUP BY ALL
)
SELECT coalesce(told.force, listed.force) AS force, "event", "per", told.n, listed.n AS listed
FROM told FULL JOIN listed ON listed.force = told.force
WHERE told.n IS DISTINCT FROM listed.n
ORDER BY ALL
