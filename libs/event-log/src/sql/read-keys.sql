SELECT subject, wrapped FROM log_keys WHERE subject = ANY ($1::text[])
