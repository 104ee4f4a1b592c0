GRANT SELECT, INSERT, UPDATE ON log_newest_checkpoint TO :appRole
