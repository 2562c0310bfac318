"""Pages of supervision: what the patrol found, and which supervisions wait for whom."""
