INSERT INTO log_keys (subject, wrapped, kek_version) SELECT *, $3::smallint FROM unnest($1::text[], $2::bytea[])
