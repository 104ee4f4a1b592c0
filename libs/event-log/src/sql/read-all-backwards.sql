SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, convert_from(meta, 'UTF8') AS meta,
  convert_from(data, 'UTF8') AS data, sealed, key_subject,
  (SELECT k.wrapped FROM log_keys k WHERE k.subject = key_subject) AS wrapped, leaf
FROM (
  SELECT *, sum(octet_length(data) + coalesce(octet_length(sealed), 0))
    OVER (ORDER BY position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
  FROM (SELECT * FROM log_events WHERE position < $1::bigint ORDER BY position DESC LIMIT $2::bigint) AS page
) AS e
WHERE bytes_before IS NULL OR bytes_before < $3::bigint
ORDER BY position DESC
