-- The partitions up to the one of the head that are not part of the log: taken off, or dropped.
SELECT 'log_events_p' || n
FROM log_head, generate_series(0, position / 10000000) n
WHERE NOT EXISTS (
  SELECT 1 FROM pg_inherits WHERE inhparent = 'log_events'::regclass AND inhrelid = to_regclass('log_events_p' || n)
)
ORDER BY n
