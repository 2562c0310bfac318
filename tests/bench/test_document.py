"""The page of figures is made from results: every table has its place, every plot can be read."""

from xml.etree import ElementTree

import pytest

from bench import document
from bench.plot import Line, Panel, svg

from .test_budgets import cost


def result(matters: int, cpu: float) -> dict:
    costs = {f"{group}, first": cost(group, cpu=cpu, p95=cpu * 1.2) for group in document.BUDGETS}
    times = {"p50": cpu, "p95": cpu * 1.2}
    parts = dict.fromkeys(("web_ms", "database_ms", "wall_ms"), times)
    return {
        "matters": matters,
        "costs": costs,
        "together": dict.fromkeys(document.BUDGETS, times | parts),
        "skipped": {},
        "megabytes": matters // 50,
        "open_desks": matters // 10,
        "tables": {"matters_matter": {"rows": matters, "table_mb": 10, "index_mb": 5, "toast_mb": 0}},
        "filled": {"seconds": {"rows": 12.0, "indexes": 3.0}},
        "machine": {"processor": "P", "cores": 2, "memory_gb": 24, "load": 0.1, "load_after": 1.0, "work_ms": 12.0, "work_ms_after": 12.1,
                    "python": "3.11.7", "commit": "abc1234"},
        "database": "PostgreSQL 18.4",
        "concurrency": {"processes": 2, "requests_a_second": 40.0, "wall_ms": times, "groups": {}, "errors": {}},
        "verification": {"events": 100, "events_a_second": 60_000, "broken": 0},
    }  # fmt: skip


@pytest.fixture
def results():
    return [result(10_000, 20), result(1_000_000, 26)]


class TestTables:
    def test_page_has_a_place_for_each(self):
        page = document.PAGE.read_text(encoding="utf-8")
        assert {mark["name"] for mark in document.MARK.finditer(page)} == set(document.PARTS)

    @pytest.mark.parametrize("name", document.PARTS)
    def test_each_is_a_table_or_a_sentence(self, name, results):
        text = document.PARTS[name](results)
        lines = [line for line in text.splitlines() if line.startswith("|")]
        assert {line.count("|") for line in lines} in ({lines[0].count("|")}, set()) if lines else text

    def test_growth_and_the_dearest_are_told(self, results):
        line = next(line for line in document.groups(results).splitlines() if line.startswith("| list page"))
        assert line == "| list page | ≤ 40, 12 statements | 20 / 24 (20) | 26 / 31 (26) | 1.30 × |"

    def test_page_is_written_in_place(self, results, tmp_path, monkeypatch):
        page, images = tmp_path / "performance.md", tmp_path / "images"
        page.write_text("before\n<!-- bench: chains -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")
        monkeypatch.setattr(document, "PAGE", page)
        monkeypatch.setattr(document, "IMAGES", images)
        monkeypatch.setattr(document, "read", lambda folder: results)
        monkeypatch.setattr("sys.argv", ["bench.document"])
        assert document.main() == 0
        text = page.read_text(encoding="utf-8")
        assert text.startswith("before\n")
        assert text.endswith("after\n")
        assert "60,000" in text
        assert "old" not in text
        assert {path.name for path in images.iterdir()} == {"cost.svg", "parts.svg"}


class TestPlots:
    def test_text_can_be_read(self):
        picture = svg([Panel("list page", [Line("median", [(10_000, 20.0), (1_000_000, 26.0)])], budget=40)], "ms", "cost & size")
        root = ElementTree.fromstring(picture)
        words = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
        assert {"list page", "10k", "1M", "median", "budget at 1 million", "cost & size"} <= set(words)
        assert "style=" not in picture

    def test_one_size_alone(self):
        assert "100k" in svg([Panel("one", [Line("median", [(100_000, 5.0)])])], "ms", "one")
