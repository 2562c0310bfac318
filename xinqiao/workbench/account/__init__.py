"""我的登录: the second factor, own sessions, own password, and the organ's own log-in service."""
