"""How many matters there are, by unit, stage, kind, class, channel and month (统计), without counting them (architecture 5).

Every step appends a row of +1 and one of -1 where the matter it changed belongs to another cell now, in its own transaction: nobody
waits for anybody. A worker folds these rows into sums; a figure is the sums and what is not folded yet, read in one statement. Once
a night the sums are compared with the matters themselves.

What counts as what is known one floor up, in `matters/counted.py`: whoever adds matters without a step (COPY, bench, import) calls
`counted.add_many(…)` there, or `counted.rebuild()` afterwards.
"""
