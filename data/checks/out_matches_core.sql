-- Readers get every deployment once, with the very figures of the core table.
SELECT
    coalesce(o.deployment_id, c.deployment_id) AS deployment_id,
    c."date" AS core_date, o."date" AS out_date,
    c.faces_seen AS core_faces, o.faces_seen AS out_faces
FROM core_deployments AS c
FULL JOIN out_deployments AS o ON o.deployment_id = c.deployment_id
WHERE o.deployment_id IS NULL OR c.deployment_id IS NULL
    OR (c.force, c."date", c.place_published, c.duration_h, c.faces_seen, c.alerts, c.arrests,
        c.source_sha256, c.source_page, c.source_row)
    IS DISTINCT FROM
    (o.force, o."date", o.place_published, o.duration_h, o.faces_seen, o.alerts, o.arrests,
        o.source_sha256, o.source_page, o.source_row)
ORDER BY ALL
