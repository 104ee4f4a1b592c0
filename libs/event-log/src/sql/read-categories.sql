SELECT c.tenant, c.category, c.position
FROM unnest($1::text[], $2::text[]) AS wanted (tenant, category)
JOIN log_categories c ON c.tenant = wanted.tenant AND c.category = wanted.category
