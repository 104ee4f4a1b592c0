INSERT INTO log_keys (subject, wrapped, kek_version, shredded_at) VALUES ($1, NULL, 0, clock_timestamp())
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, shredded_at = coalesce(log_keys.shredded_at, excluded.shredded_at)
