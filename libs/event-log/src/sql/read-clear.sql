-- The clear part of what stands between two positions in streams of some categories: for folds, which open nothing that is sealed.
-- Stops after about $4 bytes: a page of large events must not fill the memory of the reader.
SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, convert_from(meta, 'UTF8') AS meta,
  convert_from(data, 'UTF8') AS data
FROM (
  SELECT position, stream, version, event_id, type, schema_version, tenant, at_us, meta, data,
    sum(octet_length(data)) OVER (ORDER BY position ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bytes_before
  FROM log_events
  WHERE position > $1::bigint AND position <= $2::bigint AND split_part(stream, '-', 1) = ANY ($3::text[])
) AS e
WHERE bytes_before IS NULL OR bytes_before < $4::bigint
ORDER BY position
