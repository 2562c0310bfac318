"""统计: how many petitions there are and where, as tables with a picture beside each. Volumes are told, never judged (G.4).

What is not told: reports and what names an accused person (C-01: a figure beside a list that leaves it out would tell), and any figure
from 1 to 4 (C-14). What is told is what a list of the same post shows, added up; posts that may count everywhere see no list of it.
"""
