"""Pages of supervision: what the patrol found."""
