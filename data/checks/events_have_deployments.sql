-- Every event is beside a deployment that exists, on a day of the event.
SELECT deployment_id, event
FROM out_events
LEFT JOIN out_deployments USING (deployment_id)
WHERE date IS NULL OR date NOT BETWEEN first_date AND last_date
ORDER BY ALL
