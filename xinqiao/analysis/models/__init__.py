"""What analysis keeps: one module for each part of it."""
