"""A reason is counted in what another person can read (C-11, secure checklist 35)."""

import re
from pathlib import Path

import pytest

from xinqiao.matters import act, steps


class TestTooShort:
    @pytest.mark.parametrize(("reason", "short", "why"), [
        ("屋顶漏水属于住建部门", False, "ten characters"),
        ("屋顶漏水属于住建部", True, "nine"),
        ("", True, "nothing"),
        (" \u3000\t\n" * 10, True, "blanks"),
        ("\u200b\u200d\ufeff\u2060" * 10, True, "of no width"),
        ("\u0301" * 20, True, "marks by themselves"),
        ("\u3164\u2800" * 20, True, "letters that print nothing"),
        ("屋顶 漏水" + "\u200b" * 20, True, "four, filled up"),
        ("屋 顶 漏 水 属 于 住 建 部 门", False, "blanks between do not count against it"),
    ], ids=lambda value: value if isinstance(value, str) and value.isascii() else "")  # fmt: skip
    def test_counts_what_can_be_read(self, reason, short, why):
        assert act.too_short(reason) is short, why

    def test_every_step_counts_so(self):
        for file in Path(steps.__file__).parent.glob("*.py"):
            assert not re.search(r"len\(.*\) < REASON_AT_LEAST", file.read_text(encoding="utf-8")), file.name
