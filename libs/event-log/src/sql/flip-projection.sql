UPDATE log_projections SET slot = 'live' WHERE name = $1 AND slot = 'next'
