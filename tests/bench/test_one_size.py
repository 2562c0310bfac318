"""`xinqiao bench` from the first matter to the result, in a database of its own: broken off, gone on with, grown by copies, measured."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import passable_folder
from xinqiao import cli
from xinqiao.cli import bench as command

ROOT = Path(__file__).resolve().parents[2]
MATTERS = 3000
# Small sizes are grown by copies too, here; and the first process gives up after one batch.
SMALL = """
from bench import copies
copies.LARGE, copies.FULL, copies.DRAWN, copies.SLICE = 2000, 200, 0.4, 500
"""
BROKEN_OFF = """
from bench import synthetic
whole = synthetic.Filling.batch
def batch(filling, number):
    if number:
        raise KeyboardInterrupt
    return whole(filling, number)
synthetic.Filling.batch = batch
"""
RUN = """
import sys
from bench import one
fill = one._fill
def _fill(*given):
    exec(PATCH)
    return fill(*given)
one._fill = _fill
sys.exit(one.main())
"""
LOOK = """
import json, sys
from bench import one
def look():
    from bench import asked, filling
    from xinqiao.matters import counted, finding
    from xinqiao.matters.models import Matter, MatterNumber, Referral
    from xinqiao.rules import numbering
    from xinqiao.search.models import Likeness, SearchEntry
    from xinqiao.search.words import terms
    from django.utils import timezone
    copy = Matter.objects.filter(pk__gt=1200).order_by("pk").last()
    code = SearchEntry.objects.get(pk=copy.pk).petition.partition("材料编号")[2][:10]
    leader = asked.officer_of(*asked.OFFICERS["leader of the region"])
    desk = copy.referrals.first()
    print(json.dumps({
        "matters": Matter.objects.count(), "numbers": MatterNumber.objects.count(), "entries": SearchEntry.objects.count(), "alike": Likeness.objects.count(),
        "found": finding.by_words(leader, finding.Wanted(terms(code))).ids, "copy": copy.pk,
        "day": str(numbering.parse_matter_number(copy.number).registered_on), "received": str(copy.received_on),
        "order": desk.number_order == numbering.place_in_order(copy.number), "closed": not copy.referrals.filter(is_open=True).exists(),
        "batches": filling._matters_there(), "bare": filling.is_bare(), "differ": counted.check(at=timezone.now())[0],
    }))
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "xinqiao.settings"
with one.serving() as server:
    sys.exit(one.as_owner(server, look))
"""


@pytest.fixture(scope="module")
def place():
    with passable_folder() as folder:
        yield folder


def run(place: Path, script: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XINQIAO_", "DATABASE_", "DJANGO_"))}
    environment |= {"XINQIAO_VAR": str(place / "var"), "XINQIAO_INSECURE_HTTP": "1", "XINQIAO_LOG_LEVEL": "ERROR",
                    "XINQIAO_SECOND_FACTOR": "optional", "XINQIAO_BENCH_PROCESSES": "1"}  # fmt: skip
    return subprocess.run([sys.executable, "-c", script, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def measured(place):
    """Broken off after the first batch, called again, measured a little, looked into."""
    kept = place / "result.json"
    size = [str(MATTERS), str(kept), "--repeat=2", "--only=handler, todo"]
    broken = run(place, f"PATCH = {SMALL + BROKEN_OFF!r}\n{RUN}", *size)
    again = run(place, f"PATCH = {SMALL!r}\n{RUN}", *size)
    assert again.returncode == 0, again.stderr[-3000:]
    seen = run(place, LOOK)
    assert seen.returncode == 0, seen.stderr[-3000:]
    return {"broken": broken, "result": json.loads(kept.read_text()), "seen": json.loads(seen.stdout)}


class TestOneSize:
    def test_what_was_broken_off_is_no_result(self, measured):
        assert measured["broken"].returncode == 3

    def test_next_call_makes_what_is_missing_and_nothing_twice(self, measured):
        seen = measured["seen"]
        assert seen["matters"] == seen["numbers"] == seen["entries"] == seen["alike"] == MATTERS
        assert seen["batches"] == 1200
        assert not seen["bare"]

    def test_a_copy_is_found_counted_and_closed(self, measured):
        seen = measured["seen"]
        assert seen["found"] == [seen["copy"]]
        assert seen["day"] == seen["received"]
        assert seen["order"]
        assert seen["closed"]
        assert seen["differ"] == 0

    def test_result_says_what_was_measured_on_what(self, measured):
        result = measured["result"]
        assert result["matters"] == MATTERS
        assert set(result["machine"]) >= {"processor", "cores", "memory_gb", "python", "commit", "load", "work_ms"}
        assert set(result["filled"]) >= {"seconds", "matters", "copies", "units", "months", "open_share"}
        assert set(result["tables"]["matters_matter"]) == {"rows", "table_mb", "index_mb", "toast_mb"}
        (name, cost), *others = result["costs"].items()
        assert (name, others) == ("list, handler, todo", [])
        assert set(cost) == {"group", "statements", "rows", "bytes", "calls", "web_ms", "database_ms", "cpu_ms", "wall_ms"}
        assert set(cost["cpu_ms"]) == {"p50", "p95"}
        assert cost["cpu_ms"]["p50"] > 0 < cost["statements"] <= 12

    def test_other_options_are_refused(self, measured, place):
        (place / "var" / "filled.json").unlink()  # as if it had been broken off before the last step
        other = run(place, f"PATCH = {SMALL!r}\n{RUN}", str(MATTERS), str(place / "other.json"), "--months=3")
        assert other.returncode == 2
        assert "--fresh" in other.stderr


class TestCommand:
    def test_without_the_checkout_it_says_so(self, monkeypatch, tmp_path, capsys):
        monkeypatch.setattr(command, "ROOT", tmp_path)
        assert cli.main(["bench", "--matters", "10"]) == cli.USAGE
        assert "源代码目录" in capsys.readouterr().err

    @pytest.mark.parametrize("wrong", [["--matters", "0"], ["--open", "2"], ["--units", "10001"], ["--matters", "many"]])
    def test_wrong_use(self, wrong, capsys):
        assert cli.main(["bench", *wrong]) == cli.USAGE

    def test_is_told_in_the_overview(self):
        assert "bench" in cli.overview()
