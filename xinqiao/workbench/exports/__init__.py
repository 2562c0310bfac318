"""What leaves the house, as pages: lists, data for inspection organs, digests for personnel organs (C-09 to C-11)."""
