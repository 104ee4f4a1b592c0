-- The bytes as they are stored, for whoever proves them: nothing is converted. Stops before $4 bytes are passed, but never before the first
-- row; a row counts for $5 bytes more than its parts, for what an answer says beside them.
SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, meta, data, sealed, key_subject,
  (SELECT k.wrapped FROM log_keys k WHERE k.subject = key_subject) AS wrapped
FROM (
  SELECT *, row_number() OVER up AS row_number,
    sum(octet_length(data) + octet_length(meta) + coalesce(octet_length(sealed), 0) + $5::bigint) OVER up AS bytes
  FROM (
    SELECT * FROM log_events WHERE position > $1::bigint AND position <= $2::bigint ORDER BY position LIMIT $3::bigint
  ) AS page
  WINDOW up AS (ORDER BY position ROWS UNBOUNDED PRECEDING)
) AS e
WHERE row_number = 1 OR bytes <= $4::bigint
ORDER BY position
