-- A statement of its own: what is read after it sees everything that was committed by whoever held the lock before.
SELECT log, epoch, position, at_us, frontier, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us
FROM log_head FOR UPDATE
