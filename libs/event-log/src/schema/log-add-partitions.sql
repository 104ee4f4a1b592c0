-- Makes every missing partition of 10 million positions up to the one that holds `upto`; answers how many it made.
-- The service calls it ahead of need; it runs with the owner's rights because the service has none to create tables here.
-- A partition is made apart and attached, which does not wait for readers and writers of the others.
CREATE FUNCTION log_add_partitions(upto bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  size constant bigint := 10000000;
  made integer := 0;
  name text;
BEGIN
  IF upto > (SELECT position FROM log_head) + 10 * size THEN
    RAISE EXCEPTION 'no partitions so far ahead: %', upto;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('log_add_partitions'));
  FOR n IN (SELECT position / size FROM log_head) .. upto / size LOOP
    name := 'log_events_p' || n;
    CONTINUE WHEN to_regclass(quote_ident(name)) IS NOT NULL;
    EXECUTE format('CREATE TABLE %I (LIKE log_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE)
      WITH (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.05)', name);
    -- The last line of defence inside a partition; across partitions log_streams decides, under the head lock.
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (stream_key, version)', name || '_stream', name);
    EXECUTE format('CREATE TRIGGER log_events_no_truncate BEFORE TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION log_refuse_change()', name);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER log_events_no_truncate', name);
    EXECUTE format('ALTER TABLE log_events ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)',
      name, n * size, (n + 1) * size);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER log_events_no_change', name);
    made := made + 1;
  END LOOP;
  RETURN made;
END
$$
