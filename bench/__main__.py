"""`python -m bench`: the same as `xinqiao bench`."""

import sys

from xinqiao import cli

if __name__ == "__main__":
    sys.exit(cli.main(["bench", *sys.argv[1:]]))
