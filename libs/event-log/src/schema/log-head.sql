-- The one row that serialises all appends: whoever holds its lock gives out the next positions.
-- A page is filled to a tenth, so that an update finds room on its own page and touches no index.
CREATE TABLE log_head (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  log text NOT NULL,
  epoch integer NOT NULL DEFAULT 1,
  position bigint NOT NULL DEFAULT 0,
  at_us bigint NOT NULL DEFAULT 0,
  frontier bytea NOT NULL DEFAULT '',
  root bytea NOT NULL DEFAULT sha256('')
) WITH (fillfactor = 10, autovacuum_vacuum_threshold = 500, autovacuum_vacuum_scale_factor = 0)
