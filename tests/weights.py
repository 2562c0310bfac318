"""Which files take longest: those begin first, so that no process is left with a long one at the end (`make test`).

Only the order matters, and only roughly: `pytest --durations=0 FILE` tells what a file takes.
"""

LONGEST_FIRST = (
    "stories/test_in_the_browser.py",
    "authz/test_matrix.py",
    "exports/test_browser.py",
    "seed/test_program.py",
    "cli/test_main.py",
    "matters/test_moves.py",
    "stories/test_informant.py",
)
