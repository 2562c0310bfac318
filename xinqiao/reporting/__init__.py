"""What all of the work adds up to: indicators (指标) and reports (报告). Organs are shown, never persons (G.4)."""
