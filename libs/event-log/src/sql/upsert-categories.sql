INSERT INTO log_categories (tenant, category, position)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
ON CONFLICT (tenant, category) DO UPDATE SET position = excluded.position
