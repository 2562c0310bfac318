"""The pages by which officers take every step: one view, one table (`table.ACTS`), one form for each step that asks something."""
