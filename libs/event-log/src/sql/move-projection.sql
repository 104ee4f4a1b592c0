-- Compare-and-set, first in the transaction: whoever comes second waits here and then finds the place taken.
UPDATE log_projections SET position = $5::bigint
WHERE name = $1 AND slot = $2 AND version = $3 AND position = $4::bigint
