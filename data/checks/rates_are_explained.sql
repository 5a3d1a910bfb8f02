-- A rate is within its interval and its two figures, or the note says why there is none.
SELECT force, "by", area_code, "month", era, "event", "per", rate, lo90, hi90, note
FROM out_rates
WHERE (rate IS NULL) <> (note IS NOT NULL)
    OR (lo90 IS NULL) <> (rate IS NULL) OR (hi90 IS NULL) <> (rate IS NULL)
    OR NOT coalesce(lo90 <= rate AND rate <= hi90, TRUE)
    OR coalesce(duration_h, faces_seen) IS NULL AND rate IS NOT NULL
ORDER BY ALL
