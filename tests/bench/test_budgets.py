"""What is over its budget is said, and nothing else."""

import pytest

from bench import budgets, meter, report


def cost(group: str, *, cpu: float = 10, p95: float = 12, statements: int = 9) -> dict:
    times = {"p50": cpu, "p95": p95}
    return {"group": group, "statements": statements, "rows": 30, "bytes": 1000, "calls": 40, "cpu_ms": times, "web_ms": times,
            "database_ms": times, "wall_ms": times}  # fmt: skip


def result(matters: int = 1_000_000, **costs: dict) -> dict:
    together = {one["group"]: one["cpu_ms"] for one in costs.values()}
    return {"matters": matters, "costs": costs, "together": together, "skipped": {}, "megabytes": 20_000}


class TestBudgets:
    @pytest.mark.parametrize(
        ("over", "costs"),
        [
            ("", {"list": cost("list", cpu=40, statements=12)}),
            ("13 statements", {"list": cost("list", statements=13)}),
            ("41 ms CPU", {"list": cost("list", cpu=41)}),
            ("51 ms CPU", {"case": cost("case", cpu=51)}),
            ("", {"search": cost("search", cpu=70, p95=60)}),  # all searches together are judged, by their 95th percentile
            ("61 ms CPU p95", {"search": cost("search", cpu=20, p95=61)}),
            ("26 ms CPU", {"counts": cost("counts", cpu=26)}),
            ("41 ms CPU", {"submission": cost("submission", cpu=41, statements=60)}),
            ("", {"submission": cost("submission", cpu=39, statements=60)}),
            ("61 ms CPU", {"alike": cost("alike", cpu=61)}),
            ("", {"step": cost("step", cpu=500)}),  # measured, without a budget
        ],
    )
    def test_of_issue_4(self, over, costs):
        found = budgets.verdict([result(**costs)])
        assert len(found) == bool(over)
        assert over in "".join(found)

    @pytest.mark.parametrize(("small", "large", "faults"), [(20, 30, 0), (20, 31, 1), (1, 2.9, 0), (1, 3.1, 1)])
    def test_growth_from_ten_thousand_to_a_million(self, small, large, faults):
        sizes = [result(10_000, page=cost("list", cpu=small)), result(1_000_000, page=cost("list", cpu=large))]
        assert len(budgets.grown(sizes)) == faults

    def test_ten_million_is_told_and_not_judged(self):
        assert budgets.verdict([result(10_000_000, page=cost("list", cpu=90))]) == []

    def test_table_names_what_is_over(self):
        text = report.table([result(page=cost("list", cpu=90))])
        assert "OVER  1,000,000: page: 90 ms CPU, not 40" in text


class TestQuantiles:
    def test_of_forty_calls(self):
        assert meter.spread([float(number) for number in range(40)]) == {"p50": 20.0, "p95": 38.0}

    def test_of_nothing(self):
        assert meter.quantile([], 0.5) == 0.0
