-- Every raw row is kept or rejected, and only once.
WITH raw AS (
    SELECT DISTINCT source_document, source_sha256, source_page, source_row FROM raw_cells
),
placed AS (
    SELECT source_document, source_sha256, source_page, source_row FROM core_deployments
    UNION ALL
    SELECT source_document, source_sha256, source_page, source_row FROM rejected_rows
)
SELECT source_document, source_page, source_row, count(placed.source_row) AS times_placed
FROM raw
LEFT JOIN placed USING (source_document, source_sha256, source_page, source_row)
GROUP BY ALL
HAVING times_placed <> 1
ORDER BY ALL
