SELECT source_epoch, position FROM log_cursors WHERE source = $1
