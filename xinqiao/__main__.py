"""`python -m xinqiao …` is the same as `xinqiao …`."""

import sys

from xinqiao.cli import main

sys.exit(main())
