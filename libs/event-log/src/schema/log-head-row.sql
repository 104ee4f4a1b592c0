INSERT INTO log_head (log) VALUES (:log)
