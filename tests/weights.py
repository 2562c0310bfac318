"""Which files take longest: those begin first, so that no process is left with a long one at the end (`make test`).

Only the order matters, and only roughly: `pytest --durations=0 FILE` tells what a file takes.
"""

LONGEST_FIRST = (
    "authz/test_matrix.py",
    "stories/test_in_the_browser.py",
    "seed/test_program.py",
    "bench/test_one_size.py",
    "stories/test_supervision_story.py",
    "exports/test_browser.py",
    "supervision/test_urgent_in_browser.py",
    "supervision/test_pages_in_browser.py",
    "information/test_in_browser.py",
    "reporting/test_reports_in_browser.py",
    "reporting/test_real_messages.py",
    "workbench/acts/test_in_browser.py",
    "workbench/test_browser.py",
    "workbench/account/test_door_in_browser.py",
    "portal/test_in_browser.py",
    "stories/test_informant.py",
    "matters/test_moves.py",
    "cli/test_main.py",
    "workbench/acts/test_step_pages.py",
    "authz/test_hidden.py",
    "portal/follow/test_matter.py",
    "portal/follow/test_acts.py",
    "jobs/test_deadlines.py",
    "matters/test_informant.py",
    "portal/test_filing.py",
    "portal/test_odd_input.py",
    "exports/test_lists.py",
)
