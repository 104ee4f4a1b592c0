-- Where the last event of each category of each tenant stands.
CREATE TABLE log_categories (
  tenant text NOT NULL,
  category text NOT NULL,
  position bigint NOT NULL,
  PRIMARY KEY (tenant, category)
) WITH (fillfactor = 20)
