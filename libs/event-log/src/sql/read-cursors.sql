SELECT source, source_epoch, position FROM log_cursors WHERE source = ANY ($1::text[])
