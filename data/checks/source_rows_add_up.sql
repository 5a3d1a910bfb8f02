-- Every record of a document is kept or rejected: none is dropped silently.
SELECT source_document, rows_in, rows_core, rows_rejected
FROM core_sources
WHERE rows_in <> rows_core + rows_rejected
ORDER BY ALL
