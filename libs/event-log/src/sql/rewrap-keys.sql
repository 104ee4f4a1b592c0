UPDATE log_keys SET wrapped = fresh.wrapped, kek_version = $4::smallint
FROM unnest($1::text[], $2::bytea[], $3::bytea[]) AS fresh (subject, was, wrapped)
WHERE log_keys.subject = fresh.subject AND log_keys.wrapped = fresh.was
RETURNING 1
