-- Where something is sealed for these subjects, from a position on. Looks at every row from there: subjects have no index, because nobody
-- asks for them but whoever shreds, and only within the window of the broker.
SELECT position FROM log_events WHERE position >= $2::bigint AND key_subject = ANY ($1::text[]) ORDER BY position
