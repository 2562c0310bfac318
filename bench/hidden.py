"""How much longer a hidden matter takes than one that does not exist: `python -m bench.hidden`; makes its own small installation.

Both addresses are asked in turn, so that whatever else the machine does falls on both alike. What counts is the difference of the
medians beside the spread of either: a difference far below the spread tells nobody anything over a network.
"""

import argparse
import os
import statistics
import tempfile
import time
from datetime import date


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=300, help="how often each address is asked")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xq-hidden-") as folder:
        os.chmod(folder, 0o711)  # run as root, the server is another user and must pass through
        os.environ.update(
            XINQIAO_VAR=folder,
            XINQIAO_DEMO="1",
            XINQIAO_INSECURE_HTTP="1",
            XINQIAO_ALLOWED_HOSTS="testserver",
            XINQIAO_LOG_LEVEL="CRITICAL",
            XINQIAO_SECOND_FACTOR="optional",
        )
        from xinqiao import cli, database

        with database.available():
            cli.main(["migrate"])
            cli.start_django()
            measure(args.pairs)


def measure(pairs: int) -> None:
    """Print a line for each identity and page."""
    from django.test import Client
    from django.urls import reverse
    from django.utils import timezone

    from xinqiao.organisations.models import User
    from xinqiao.rules.numbering import make_matter_number
    from xinqiao.seed import authz

    made = authz.run(at=timezone.now())
    numbers = {one["key"]: one["number"] for one in made["matters"]}
    missing = make_matter_number("990200", date(2026, 1, 1), 99_999)
    for who, matter, name in (
        ("a-accused_officer", "a-report", "workbench:case"),
        ("a-sibling", "a-handled", "workbench:case"),
        ("b-office_leader", "a-report", "workbench:step"),
        ("", "a-report", "portal:matter"),
    ):
        client = Client(REMOTE_ADDR="10.7.0.1")
        if who:
            client.force_login(User.objects.get(username=f"{authz.PREFIX}-{who}"))
        more = ["accept"] if name == "workbench:step" else []
        hidden, other = (reverse(name, args=[number, *more]) for number in (numbers[matter], missing))
        taken = {hidden: [], other: []}
        for _ in range(20):
            client.get(hidden), client.get(other)
        for turn in range(pairs):
            for path in (hidden, other) if turn % 2 else (other, hidden):
                began = time.perf_counter()
                answer = client.get(path)
                taken[path].append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 404, (who, path, answer.status_code)
        one, two = statistics.median(taken[hidden]), statistics.median(taken[other])
        spread = statistics.quantiles(taken[other], n=4)
        print(
            f"{who or 'anonymous':20} {name:16} hidden {one:6.2f} ms  missing {two:6.2f} ms  difference {one - two:+.2f} ms "
            f"(quartiles of missing {spread[0]:.2f} to {spread[2]:.2f})",
            flush=True,
        )


if __name__ == "__main__":
    main()
