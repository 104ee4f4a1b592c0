-- Without ALWAYS a session that plays replica would pass by.
ALTER TABLE log_events ENABLE ALWAYS TRIGGER log_events_no_change
