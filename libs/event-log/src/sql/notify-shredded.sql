SELECT pg_notify('waybill_shred', $1)
