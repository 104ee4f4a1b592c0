-- What keeps the log append-only, as it stands now: one row for each table of it.
SELECT c.relname,
  -- Rights to the partitions come with those to the whole.
  has_table_privilege('log_events', 'SELECT') AND has_table_privilege('log_events', 'INSERT') AS may_append,
  has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE') AS may_change,
  (SELECT count(*)::int FROM pg_trigger t
    WHERE t.tgrelid = c.oid AND t.tgname IN ('log_events_no_change', 'log_events_no_truncate') AND t.tgenabled = 'A') AS triggers
FROM pg_class c
WHERE c.oid = 'log_events'::regclass OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'log_events'::regclass)
ORDER BY c.relname
