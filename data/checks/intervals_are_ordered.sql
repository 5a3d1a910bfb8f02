-- An interval holds its estimate, and the wider holds the narrower.
SELECT deployment_id, faces_expected_lo90, faces_expected_lo80, faces_expected,
    faces_expected_hi80, faces_expected_hi90
FROM out_deployments
WHERE NOT (
    faces_expected_lo90 <= faces_expected_lo80 AND faces_expected_lo80 <= faces_expected
    AND faces_expected <= faces_expected_hi80 AND faces_expected_hi80 <= faces_expected_hi90
)
OR NOT (exposure_lo80 <= exposure AND exposure <= exposure_hi80)
OR NOT (walk_past_per_h_lo80 <= walk_past_per_h AND walk_past_per_h <= walk_past_per_h_hi80)
ORDER BY ALL
