-- The random key of each subject, wrapped under the key-encryption key of the named version. Shredding empties `wrapped`;
-- the row stays, so that nobody makes a second key for the same subject. Keep backups of this table short.
CREATE TABLE log_keys (
  subject text PRIMARY KEY,
  wrapped bytea,
  kek_version smallint NOT NULL,
  shredded_at timestamptz
)
