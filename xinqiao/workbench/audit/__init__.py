"""The audit log as its auditor sees it (LG-1 to LG-5)."""
