-- One at a time makes, rebuilds or flips the tables of a read model.
SELECT pg_advisory_xact_lock(hashtext('waybill-projection'), hashtext($1))
