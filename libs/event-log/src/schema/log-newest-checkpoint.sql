-- The newest checkpoint that the log was found to agree with: what a service still knows when neither the notary nor a peer answers.
CREATE TABLE log_newest_checkpoint (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  size bigint NOT NULL,
  note text NOT NULL,
  at timestamptz NOT NULL DEFAULT clock_timestamp()
)
