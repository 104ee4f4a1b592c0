SELECT pg_notify('waybill_log', $1)
