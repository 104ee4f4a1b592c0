GRANT SELECT, INSERT, UPDATE, DELETE ON log_projections TO :appRole
