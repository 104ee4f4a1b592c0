ALTER TABLE log_events ENABLE ALWAYS TRIGGER log_events_no_truncate
