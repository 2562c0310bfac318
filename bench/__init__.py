"""Measurements: statements and CPU time of the pages that people wait for, on a database of synthetic matters.

python -m bench                      1,000 and 100,000 matters, as a table
python -m bench --matters 20000      another size
"""
