"""Search (检索): words by pairs of characters, in a table of its own, with scope and time as words beside them (architecture 4)."""
