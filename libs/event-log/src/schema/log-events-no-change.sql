-- Row triggers are cloned to every partition.
CREATE TRIGGER log_events_no_change BEFORE UPDATE OR DELETE ON log_events
  FOR EACH ROW EXECUTE FUNCTION log_refuse_change()
