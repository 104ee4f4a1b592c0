-- How far each read model has been written: the one that is read ('live') and the one that is being rebuilt beside it ('next').
CREATE TABLE log_projections (
  name text NOT NULL,
  slot text NOT NULL CHECK (slot IN ('live', 'next')),
  version integer NOT NULL,
  position bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (name, slot)
) WITH (fillfactor = 20)
