-- How far this log has taken in other logs.
CREATE TABLE log_cursors (
  source text PRIMARY KEY,
  source_epoch integer NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 20)
