SELECT log_add_partitions($1::bigint)
