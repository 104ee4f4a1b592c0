SELECT log, epoch, position, at_us, root FROM log_head
