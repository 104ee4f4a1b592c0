GRANT SELECT, INSERT, UPDATE ON log_streams, log_categories, log_keys, log_leases, log_cursors TO :appRole
