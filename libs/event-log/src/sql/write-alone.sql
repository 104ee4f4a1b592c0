-- A group of a log that nobody else has written to since this process knew it, in one statement that is its own transaction: whoever wrote
-- it has asked nothing before, so that everything it took for granted is held against what is there. Each part hangs on the head, whose
-- row is locked first: a head that is not the one that was known writes nothing and answers no row. `sure` divides by zero where a stream, a cursor,
-- a lease or a key is not as it was taken to be, and a stream that was taken to be new breaks its primary key: nothing is written then either.
WITH head AS (
  UPDATE log_head SET position = $15::bigint, at_us = $2::bigint, frontier = $16::bytea, root = $17::bytea
  WHERE position = $1::bigint AND root = $18::bytea AND epoch = $19::integer
  RETURNING true
), events AS (
  INSERT INTO log_events (position, stream_key, stream, version, event_id, type, schema_version, tenant, at_us, meta, data,
    sealed, key_subject, leaf)
  SELECT $1::bigint + n, stream_key, stream, version, event_id, type, schema_version, tenant, $2::bigint, meta, data,
    sealed, key_subject, leaf
  FROM head, unnest($3::bytea[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::smallint[], $9::text[], $10::bytea[],
    $11::bytea[], $12::bytea[], $13::text[], $14::bytea[])
  WITH ORDINALITY AS e (stream_key, stream, version, event_id, type, schema_version, tenant, meta, data, sealed, key_subject,
    leaf, n)
), begun AS (
  INSERT INTO log_streams (stream_key, version, position)
  SELECT s.* FROM head, unnest($20::bytea[], $21::bigint[], $22::bigint[]) AS s (stream_key, version, position)
), moved AS (
  UPDATE log_streams AS stream SET version = s.version, position = s.position
  FROM head, unnest($23::bytea[], $24::bigint[], $25::bigint[], $26::bigint[]) AS s (stream_key, before, version, position)
  WHERE stream.stream_key = s.stream_key AND stream.version = s.before
  RETURNING true
), categories AS (
  INSERT INTO log_categories (tenant, category, position)
  SELECT c.* FROM head, unnest($27::text[], $28::text[], $29::bigint[]) AS c (tenant, category, position)
  ON CONFLICT (tenant, category) DO UPDATE SET position = excluded.position
), made AS (
  INSERT INTO log_keys (subject, wrapped, kek_version)
  SELECT k.subject, k.wrapped, $32::smallint FROM head, unnest($30::text[], $31::bytea[]) AS k (subject, wrapped)
), kept AS (
  -- FOR SHARE looks at the row as it is now, not as it was when the statement began: a subject may have been shredded in between.
  SELECT true FROM head, unnest($33::text[], $34::bytea[]) AS k (subject, wrapped)
  JOIN log_keys AS known ON known.subject = k.subject AND known.wrapped = k.wrapped
  FOR SHARE OF known
), cursors AS (
  UPDATE log_cursors AS cursor SET position = c.upto
  FROM head, unnest($35::text[], $36::integer[], $37::bigint[], $38::bigint[]) AS c (source, source_epoch, before, upto)
  WHERE cursor.source = c.source AND cursor.source_epoch = c.source_epoch AND cursor.position = c.before
  RETURNING true
), leases AS (
  -- FOR SHARE: nobody takes the lease over between this check and the commit.
  SELECT true FROM head, unnest($39::text[], $40::bigint[]) AS l (name, epoch)
  JOIN log_leases AS lease ON lease.name = l.name AND lease.epoch = l.epoch AND lease.until > clock_timestamp()
  FOR SHARE OF lease
)
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS now_us,
  1 / ((SELECT count(*) FROM moved) + (SELECT count(*) FROM kept) + (SELECT count(*) FROM cursors) + (SELECT count(*) FROM leases)
    = $41::bigint)::integer AS sure
FROM head
