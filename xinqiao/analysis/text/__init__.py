"""Texts in, proposals out: pure functions without a database and without a clock, the same for the desk, the worker and the command line."""
