GRANT EXECUTE ON FUNCTION log_add_partitions(bigint) TO :appRole
