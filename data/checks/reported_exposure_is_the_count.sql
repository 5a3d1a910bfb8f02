-- A reported count is never replaced by an estimate, and no estimate passes for a count.
SELECT deployment_id, faces_seen, exposure, exposure_source
FROM out_deployments
WHERE (faces_seen IS NOT NULL) <> (exposure_source IS NOT DISTINCT FROM 'reported')
    OR (exposure_source = 'reported' AND (
        exposure <> faces_seen OR exposure_lo80 <> faces_seen OR exposure_hi80 <> faces_seen
    ))
    OR (exposure_source <> 'reported' AND exposure <> faces_expected)
ORDER BY ALL
