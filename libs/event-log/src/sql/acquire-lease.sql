-- Only a lease whose time is over changes hands, and its epoch rises with it.
INSERT INTO log_leases AS held (name, owner, epoch, until)
VALUES ($1, $2, 1, clock_timestamp() + $3::double precision * interval '1 millisecond')
ON CONFLICT (name) DO UPDATE
SET owner = excluded.owner, epoch = held.epoch + 1,
  until = clock_timestamp() + $3::double precision * interval '1 millisecond'
WHERE held.until <= clock_timestamp()
RETURNING epoch, floor(extract(epoch FROM until) * 1000)::bigint AS until_ms
