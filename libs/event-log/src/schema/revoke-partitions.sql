REVOKE EXECUTE ON FUNCTION log_add_partitions(bigint) FROM PUBLIC
