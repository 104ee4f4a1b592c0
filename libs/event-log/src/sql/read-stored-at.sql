-- As read-stored.sql, for single positions. Stops before $2 bytes are passed; a row counts for $3 bytes more than its parts.
SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject,
  (SELECT k.wrapped FROM log_keys k WHERE k.subject = key_subject) AS wrapped
FROM (
  SELECT *, row_number() OVER up AS row_number,
    sum(octet_length(data) + octet_length(meta) + coalesce(octet_length(sealed), 0) + $3::bigint) OVER up AS bytes
  FROM log_events WHERE position = ANY ($1::bigint[])
  WINDOW up AS (ORDER BY position ROWS UNBOUNDED PRECEDING)
) AS e
WHERE row_number = 1 OR bytes <= $2::bigint
ORDER BY position
