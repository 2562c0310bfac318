"""Supervision (督查督办): what the patrol finds, what supervisors do about it (R-38 to R-41, SV-1 to SV-9)."""
