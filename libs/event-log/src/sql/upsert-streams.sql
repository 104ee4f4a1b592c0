INSERT INTO log_streams (stream_key, version, position)
SELECT * FROM unnest($1::bytea[], $2::bigint[], $3::bigint[])
ON CONFLICT (stream_key) DO UPDATE SET version = excluded.version, position = excluded.position
