"""What `migrate` knows of libraries; loaded through entry points like anybody's plugin."""
