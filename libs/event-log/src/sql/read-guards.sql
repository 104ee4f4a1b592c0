-- What keeps the log append-only, as it stands now: one row for each table of it.
SELECT c.relname,
  -- Rights to the partitions come with those to the whole.
  has_table_privilege('log_events', 'SELECT') AND has_table_privilege('log_events', 'INSERT') AS may_append,
  -- Also by single columns, and as an owner or superuser, who may do everything.
  has_any_column_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE') AS may_change,
  -- Always, for every row and column: 27 is BEFORE UPDATE OR DELETE FOR EACH ROW, 34 is BEFORE TRUNCATE (catalog pg_trigger).
  (SELECT count(*)::int FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND t.tgenabled = 'A' AND t.tgqual IS NULL AND t.tgattr = ''::int2vector
      AND (t.tgname, t.tgtype) IN (('log_events_no_change', 27), ('log_events_no_truncate', 34))
      AND p.oid = 'log_refuse_change'::regproc AND btrim(p.prosrc, E' \n') = $1) AS triggers
FROM pg_class c
WHERE c.oid = 'log_events'::regclass OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'log_events'::regclass)
ORDER BY c.relname
