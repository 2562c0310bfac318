"""Pages of reports: the leader's month (每月情况), and reports written, issued and given out (H.1, H.4 to H.6)."""
