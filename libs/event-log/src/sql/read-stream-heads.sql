SELECT wanted.at, s.version, s.position
FROM unnest($1::bytea[]) WITH ORDINALITY AS wanted (stream_key, at)
JOIN log_streams s ON s.stream_key = wanted.stream_key
