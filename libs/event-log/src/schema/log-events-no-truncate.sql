-- Statement triggers are not cloned: log_add_partitions makes one for each partition.
CREATE TRIGGER log_events_no_truncate BEFORE TRUNCATE ON log_events
  FOR EACH STATEMENT EXECUTE FUNCTION log_refuse_change()
