SELECT position, leaf FROM log_events WHERE position > $1::bigint AND position <= $2::bigint ORDER BY position LIMIT $3::bigint
