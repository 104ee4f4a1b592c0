SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, convert_from(meta, 'UTF8') AS meta,
  convert_from(data, 'UTF8') AS data, sealed, key_subject,
  (SELECT k.wrapped FROM log_keys k WHERE k.subject = key_subject) AS wrapped, leaf
FROM log_events
WHERE stream_key = ANY ($1::bytea[])
ORDER BY stream_key, version
