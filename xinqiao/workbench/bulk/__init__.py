"""Acts on several petitions of a list at once (批量办理): the bar above the list, one page to confirm, one page with what came of each."""
