-- No estimate travels without its interval, and no interval without its estimate.
SELECT deployment_id
FROM out_deployments
WHERE (faces_expected IS NULL) <> (faces_expected_lo80 IS NULL)
    OR (faces_expected IS NULL) <> (faces_expected_hi80 IS NULL)
    OR (faces_expected IS NULL) <> (faces_expected_lo90 IS NULL)
    OR (faces_expected IS NULL) <> (faces_expected_hi90 IS NULL)
    OR (exposure IS NULL) <> (exposure_lo80 IS NULL)
    OR (exposure IS NULL) <> (exposure_hi80 IS NULL)
    OR (exposure IS NULL) <> (exposure_source IS NULL)
    OR (walk_past_per_h IS NULL) <> (walk_past_per_h_lo80 IS NULL)
    OR (walk_past_per_h IS NULL) <> (walk_past_per_h_hi80 IS NULL)
ORDER BY ALL
