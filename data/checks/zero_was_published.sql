-- Unknown is null, never 0: a figure of 0 stands as 0 in its cell, or in a correction.
WITH figures AS (
    UNPIVOT (
        SELECT deployment_id, source_document, source_sha256, source_page, source_row,
               faces_seen, alerts, arrests, watchlist_size,
               true_alerts_confirmed, true_alerts_unconfirmed,
               false_alerts_confirmed, false_alerts_unconfirmed
        FROM core_deployments
    )
    ON faces_seen, alerts, arrests, watchlist_size,
       true_alerts_confirmed, true_alerts_unconfirmed,
       false_alerts_confirmed, false_alerts_unconfirmed
    INTO NAME figure VALUE published
)
SELECT f.deployment_id, f.figure, r.text
FROM figures AS f
INNER JOIN raw_cells AS r
    ON r.source_sha256 = f.source_sha256 AND r.source_document = f.source_document
    AND r.source_page = f.source_page AND r.source_row = f.source_row
    AND r."column" = f.figure
ANTI JOIN core_corrections AS c
    ON c.deployment_id = f.deployment_id AND c."column" = f.figure
WHERE f.published = 0 AND NOT regexp_matches(coalesce(r.text, ''), '0|nil|zero', 'i')
ORDER BY ALL
