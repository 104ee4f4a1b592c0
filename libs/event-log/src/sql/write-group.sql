-- All that a group writes, in one statement: its parts do not look at each other's rows, and five statements cost a small group more than its
-- rows do.
WITH events AS (
  INSERT INTO log_events (position, stream_key, stream, version, event_id, type, schema_version, tenant, at_us, meta, data,
    sealed, key_subject, leaf)
  SELECT $1::bigint + n, stream_key, stream, version, event_id, type, schema_version, tenant, $2::bigint, meta, data,
    sealed, key_subject, leaf
  FROM unnest($3::bytea[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bytea[],
    $11::bytea[], $12::bytea[], $13::text[], $14::bytea[])
  WITH ORDINALITY AS e (stream_key, stream, version, event_id, type, schema_version, tenant, meta, data, sealed, key_subject,
    leaf, n)
), streams AS (
  INSERT INTO log_streams (stream_key, version, position)
  SELECT * FROM unnest($15::bytea[], $16::bigint[], $17::bigint[])
  ON CONFLICT (stream_key) DO UPDATE SET version = excluded.version, position = excluded.position
), categories AS (
  INSERT INTO log_categories (tenant, category, position)
  SELECT * FROM unnest($18::text[], $19::text[], $20::bigint[])
  ON CONFLICT (tenant, category) DO UPDATE SET position = excluded.position
), head AS (
  UPDATE log_head SET position = $21::bigint, at_us = $2::bigint, frontier = $22::bytea, root = $23::bytea
)
SELECT pg_notify('waybill_log', $21::bigint::text) WHERE $24::boolean
