-- A document has as many rows kept and rejected as it says.
WITH kept AS (
    SELECT source_sha256, source_document, count(*) AS n FROM core_deployments GROUP BY ALL
),
refused AS (
    SELECT source_sha256, source_document, count(*) AS n FROM rejected_rows GROUP BY ALL
)
SELECT s.source_document, s.rows_core, kept.n AS kept, s.rows_rejected, refused.n AS refused
FROM core_sources AS s
LEFT JOIN kept USING (source_sha256, source_document)
LEFT JOIN refused USING (source_sha256, source_document)
WHERE s.rows_core <> coalesce(kept.n, 0) OR s.rows_rejected <> coalesce(refused.n, 0)
ORDER BY ALL
