SELECT log_add_partitions(10000000)
