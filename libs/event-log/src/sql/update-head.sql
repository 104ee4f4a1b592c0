UPDATE log_head SET position = $1, at_us = $2, frontier = $3, root = $4
