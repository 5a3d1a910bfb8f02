-- An unknown place has no spot; a known one has a whole spot and a radius above 0.
WITH spots AS (
    SELECT deployment_id AS id, "precision", lon, lat, uncertainty_m FROM out_deployments
    UNION ALL
    SELECT force || ': ' || place_published, "precision", lon, lat, uncertainty_m FROM out_places
)
SELECT id, "precision", lon, lat, uncertainty_m
FROM spots
WHERE ("precision" = 'unknown' AND (lon IS NOT NULL OR lat IS NOT NULL))
    OR ("precision" <> 'unknown' AND (lon IS NULL OR lat IS NULL OR uncertainty_m IS NULL))
    OR uncertainty_m <= 0
ORDER BY ALL
