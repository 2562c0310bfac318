"""Pages of information reporting, screening and meetings (信息上报、排查、研判例会)."""
