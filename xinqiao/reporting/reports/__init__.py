"""Reports (报告): analysis, annual report, bulletins, proposals: drafted from the figures, written as blocks, issued once."""
