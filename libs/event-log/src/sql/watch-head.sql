-- Whoever watches the head holds this lock shared: who could have it alone for the time of this statement watches alone.
SELECT position, pg_try_advisory_xact_lock(hashtext('waybill-watch')), (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us
FROM log_head
