SELECT version, position FROM log_projections WHERE name = $1 AND slot = $2 FOR UPDATE
