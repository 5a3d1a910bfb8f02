-- Every deployment names a document that was read.
SELECT deployment_id, source_document
FROM core_deployments
ANTI JOIN core_sources USING (source_sha256, source_document)
ORDER BY ALL
