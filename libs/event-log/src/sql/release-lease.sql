UPDATE log_leases SET until = clock_timestamp() WHERE name = $1 AND epoch = $2 AND until > clock_timestamp()
