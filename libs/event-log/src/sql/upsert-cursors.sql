INSERT INTO log_cursors (source, source_epoch, position)
SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[])
ON CONFLICT (source) DO UPDATE SET source_epoch = excluded.source_epoch, position = excluded.position
