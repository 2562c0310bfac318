"""Ledgers (台账): what is to be done by whom until when, with progress and evidence; cancelled by a second person (A-33, H.2)."""
