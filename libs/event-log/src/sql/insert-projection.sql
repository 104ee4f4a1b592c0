INSERT INTO log_projections (name, slot, version, position) VALUES ($1, $2, $3, 0)
