-- A date is an ISO date exactly as precise as it says.
WITH dated AS (
    SELECT deployment_id, "date", date_precision FROM core_deployments
    UNION ALL
    SELECT deployment_id, "date", date_precision FROM out_deployments
)
SELECT DISTINCT deployment_id, "date", date_precision
FROM dated
WHERE NOT CASE date_precision
    WHEN 'day' THEN regexp_full_match("date", '\d{4}-\d{2}-\d{2}')
        AND try_cast("date" AS DATE) IS NOT NULL
    WHEN 'month' THEN regexp_full_match("date", '\d{4}-\d{2}')
        AND try_cast("date" || '-01' AS DATE) IS NOT NULL
    WHEN 'year' THEN regexp_full_match("date", '\d{4}')
    ELSE false
END
ORDER BY ALL
