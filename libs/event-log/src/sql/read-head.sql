SELECT log, epoch, position, at_us, root, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us FROM log_head
