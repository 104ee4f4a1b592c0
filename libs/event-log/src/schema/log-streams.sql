-- Where each stream ends. Not partitioned: here a stream's versions are unique.
CREATE TABLE log_streams (
  stream_key bytea PRIMARY KEY,
  version bigint NOT NULL,
  position bigint NOT NULL
) WITH (fillfactor = 80)
