-- SKIP LOCKED: an append that is being checked under one of them is not waited for, and two statements never wait for each other.
WITH held AS (
  SELECT name FROM log_leases JOIN unnest($1::text[], $2::bigint[]) AS wanted (name, epoch) USING (name, epoch)
  WHERE until > clock_timestamp()
  FOR NO KEY UPDATE OF log_leases SKIP LOCKED
)
UPDATE log_leases SET until = clock_timestamp() + $3::double precision * interval '1 millisecond'
FROM held WHERE log_leases.name = held.name
RETURNING log_leases.name, floor(extract(epoch FROM until) * 1000)::bigint AS until_ms
