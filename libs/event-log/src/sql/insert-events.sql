INSERT INTO log_events (position, stream_key, stream, version, event_id, type, schema_version, tenant, at_us, meta, data,
  sealed, key_subject, leaf)
SELECT $1::bigint + n, stream_key, stream, version, event_id, type, schema_version, tenant, $2::bigint, meta, data,
  sealed, key_subject, leaf
FROM unnest($3::bytea[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bytea[],
  $11::bytea[], $12::bytea[], $13::text[], $14::bytea[])
WITH ORDINALITY AS e (stream_key, stream, version, event_id, type, schema_version, tenant, meta, data, sealed, key_subject,
  leaf, n)
