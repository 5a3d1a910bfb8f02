-- A place stands once for each force, area, spot, correction and telling, and its deployments add up.
WITH told AS (
    SELECT force, place_published, count(*) AS n FROM out_deployments GROUP BY ALL
),
listed AS (
    SELECT force, place_published, sum(deployments) AS n,
        count(*) - count(
            DISTINCT (
                coalesce(area_published, ''), coalesce(lon, 0), coalesce(lat, 0),
                coalesce(place_corrected, ''),
                coalesce(telling, ''), coalesce(place_told, ''), coalesce(told_by, '')
            )
        ) AS doubled
    FROM out_places GROUP BY ALL
)
SELECT coalesce(told.place_published, listed.place_published) AS place,
    told.n AS deployments, listed.n AS listed, listed.doubled
FROM told
FULL JOIN listed ON listed.force = told.force AND listed.place_published = told.place_published
WHERE told.n IS DISTINCT FROM listed.n OR listed.doubled > 0
ORDER BY ALL
