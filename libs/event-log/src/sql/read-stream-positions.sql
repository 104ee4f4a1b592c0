SELECT position FROM log_events WHERE stream_key = ANY ($1::bytea[]) ORDER BY position
