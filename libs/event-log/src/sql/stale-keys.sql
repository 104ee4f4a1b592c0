SELECT subject, wrapped FROM log_keys
WHERE subject > $1 AND kek_version <> $2::smallint AND wrapped IS NOT NULL
ORDER BY subject LIMIT $3
