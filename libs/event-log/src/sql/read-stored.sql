-- The bytes as they are stored, for whoever proves them: nothing is converted. Stops after about $4 bytes.
SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject,
  (SELECT k.wrapped FROM log_keys k WHERE k.subject = key_subject) AS wrapped
FROM (
  SELECT *, sum(octet_length(data) + octet_length(meta) + coalesce(octet_length(sealed), 0))
    OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
  FROM (
    SELECT * FROM log_events WHERE position > $1::bigint AND position <= $2::bigint ORDER BY position LIMIT $3::bigint
  ) AS page
) AS e
WHERE bytes_before IS NULL OR bytes_before < $4::bigint
ORDER BY position
