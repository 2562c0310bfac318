"""Indicators (指标, G.2): what organs are shown with, each made of the matters that it counts."""
