"""Seeing, and the record of seeing: identities shown in full, files opened, who may open what and why (B.3, C-11, C-12, LG-6)."""
