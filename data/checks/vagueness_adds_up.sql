-- The vagueness of a force's month is shared out over all its deployments and reported faces.
WITH told AS (
    SELECT force, left("date", 7) AS month, count(*) AS n, sum(faces_seen) AS faces
    FROM out_deployments GROUP BY ALL
),
listed AS (
    SELECT force, month, sum(deployments) AS n, sum(faces_seen) AS faces,
        sum(deployments_share) AS share
    FROM out_vagueness GROUP BY ALL
)
SELECT coalesce(told.force, listed.force) AS force, coalesce(told.month, listed.month) AS month,
    told.n, listed.n AS listed, told.faces, listed.faces AS listed_faces, listed.share
FROM told
FULL JOIN listed ON listed.force = told.force AND listed.month = told.month
WHERE told.n IS DISTINCT FROM listed.n OR told.faces IS DISTINCT FROM listed.faces
    OR abs(listed.share - 1) > 0.0001
ORDER BY ALL
