-- Under the head lock: an append that still had the key is committed before, so that whoever shreds finds its position; one that comes
-- after it finds no key.
WITH head AS MATERIALIZED (SELECT 1 FROM log_head FOR UPDATE)
INSERT INTO log_keys (subject, wrapped, kek_version, shredded_at) SELECT $1, NULL, 0, clock_timestamp() FROM head
ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, shredded_at = coalesce(log_keys.shredded_at, excluded.shredded_at)
