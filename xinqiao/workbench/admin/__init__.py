"""系统管理: users and posts. The system administrator asks, the security administrator decides, the auditor looks on (三员分立, B.3)."""
