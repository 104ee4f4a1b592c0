INSERT INTO log_newest_checkpoint (size, note) VALUES ($1::bigint, $2)
ON CONFLICT (one) DO UPDATE SET size = excluded.size, note = excluded.note, at = excluded.at
WHERE log_newest_checkpoint.size < excluded.size
