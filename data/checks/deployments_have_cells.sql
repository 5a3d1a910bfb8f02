-- Every deployment leads back to its raw cells.
SELECT deployment_id, source_document, source_page, source_row
FROM core_deployments
ANTI JOIN raw_cells USING (source_document, source_sha256, source_page, source_row)
ORDER BY ALL
