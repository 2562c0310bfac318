"""How far a long step is and how long it still takes: a bar on a terminal, a line every half minute elsewhere."""

import sys
import threading
import time

EVERY = 30  # seconds


class Progress:
    """Counts from where the work stands at the first report to `total`."""

    def __init__(self, what: str, total: int):
        self.what, self.total, self.there, self.first = what, total, 0, None
        self.lock = threading.Lock()
        self.began = self.told = time.monotonic()
        self.bar = None

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            from tqdm import tqdm

            self.bar = tqdm(total=self.total, desc=self.what, unit="")
        return self

    def __exit__(self, *error) -> None:
        if self.bar is not None:
            self.bar.close()
        elif self.there:
            self._tell()

    def add(self, count: int) -> None:
        self.reach(self.there + count)

    def reach(self, there: int) -> None:
        """`there` of `total` are done."""
        with self.lock:
            self.first = there if self.first is None else self.first
            if self.bar is not None:
                self.bar.update(there - self.there)
            self.there = there
            if self.bar is None and time.monotonic() - self.told > EVERY:
                self._tell()

    def _tell(self) -> None:
        self.told = time.monotonic()
        rate = (self.there - (self.first or 0)) / max(self.told - self.began, 0.1)
        left = (self.total - self.there) / rate if rate else 0
        print(f"{self.what}: {self.there:,} of {self.total:,}, {rate:,.1f} a second, {left / 60:.0f} minutes left", file=sys.stderr, flush=True)
