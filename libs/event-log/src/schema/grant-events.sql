GRANT SELECT, INSERT ON log_events TO :appRole
