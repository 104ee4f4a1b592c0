-- As read-stored.sql, for single positions. Stops after about $2 bytes.
SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject,
  (SELECT k.wrapped FROM log_keys k WHERE k.subject = key_subject) AS wrapped
FROM (
  SELECT *, sum(octet_length(data) + octet_length(meta) + coalesce(octet_length(sealed), 0))
    OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
  FROM log_events WHERE position = ANY ($1::bigint[])
) AS e
WHERE bytes_before IS NULL OR bytes_before < $2::bigint
ORDER BY position
