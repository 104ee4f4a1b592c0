GRANT SELECT, UPDATE ON log_head TO :appRole
