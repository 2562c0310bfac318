"""Pages of hot issues (热点问题): the board, one issue, what an analyst does with it, its sheet."""
