UPDATE log_leases
SET until = clock_timestamp() + $3::double precision * interval '1 millisecond'
WHERE name = $1 AND epoch = $2 AND until > clock_timestamp()
RETURNING floor(extract(epoch FROM until) * 1000)::bigint AS until_ms
