"""Template filters of the citizens' pages."""
