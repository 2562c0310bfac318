"""Real messages, where they lie beside the project: to try words on, never a part of it."""

import csv
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def texts(*, rows: int, characters: int) -> list[str]:
    """The first `rows` lines of each file, each cut to so many characters. Skips the test where there are none."""
    files = sorted(DATA.glob("*.csv"))
    if not files:
        pytest.skip("no real letters on this machine")
    found = []
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found += [" ".join(row)[:characters] for row, _number in zip(csv.reader(lines), range(rows), strict=False)]
    return found
