-- One value and not a row a leaf, which would cost both sides twenty times as much. The leaves end where a row is missing.
SELECT string_agg(leaf, ''::bytea ORDER BY position)
FROM (
  SELECT position, leaf, row_number() OVER (ORDER BY position) AS n
  FROM log_events
  WHERE position > $1::bigint AND position <= least($2::bigint, $1::bigint + $3::bigint)
) page
WHERE position = $1::bigint + n
