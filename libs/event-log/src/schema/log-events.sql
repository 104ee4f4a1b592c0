-- What is stored is what is hashed: meta and data are the bytes of the JSON as it was written, sealed is ciphertext.
CREATE TABLE log_events (
  position bigint NOT NULL,
  stream_key bytea NOT NULL,
  stream text NOT NULL,
  version bigint NOT NULL,
  event_id uuid NOT NULL,
  type text NOT NULL,
  schema_version smallint NOT NULL,
  tenant text NOT NULL,
  at_us bigint NOT NULL,
  meta bytea NOT NULL,
  data bytea NOT NULL,
  -- Ciphertext does not compress: trying would only cost time.
  sealed bytea STORAGE EXTERNAL,
  key_subject text,
  leaf bytea NOT NULL,
  PRIMARY KEY (position)
) PARTITION BY RANGE (position)
