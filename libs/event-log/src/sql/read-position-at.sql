-- Times never go back from one position to the next, so the newest event up to a time is found from the end of an ordered look.
SELECT coalesce(max(position), 0) AS position FROM log_events WHERE at_us <= $1::bigint
