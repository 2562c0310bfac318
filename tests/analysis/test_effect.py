"""系统建议的效果: figures about the machine, by version; small ones withheld, reports in none, nobody named."""

import itertools

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao.analysis import effect
from xinqiao.analysis.effect import withheld
from xinqiao.analysis.models import Proposal
from xinqiao.matters.models import Matter
from xinqiao.rules.proposals import Sort, Verdict, maker_words
from xinqiao.rules.stages import Role

ZERO = {verdict.value: 0 for verdict in Verdict}


def row(agreed=0, among=0, changed=0, ignored=0):
    return {"agreed": agreed, "among": among, "changed": changed, "ignored": ignored}


class TestSmallCells:
    @pytest.mark.parametrize(
        ("rows", "told", "why"),
        [
            ({"a": row(20, 0, 9, 0)}, {"a": {"agreed", "among", "changed", "ignored"}}, "nothing is small"),
            ({"a": row(20, 0, 3, 9)}, {"a": {"agreed", "among"}}, "the next smallest goes too: the total is told"),
            (
                {"a": row(2, 0, 1, 0), "b": row(40), "c": row(60)},
                {"a": set(), "b": set(), "c": set(ZERO)},
                "a small row, and the next one",
            ),
            (
                {"a": row(30, 0, 2, 9), "b": row(40, 0, 8, 7)},
                {"a": {"agreed", "among"}, "b": {"agreed", "among"}},
                "columns can be added up too",
            ),
        ],
    )
    def test_what_is_told(self, rows, told, why):
        hidden = withheld(rows)
        assert {name: set(ZERO) - hidden[name] for name in rows} == told, why

    @pytest.mark.parametrize("seed", range(40))
    def test_no_line_and_no_column_leaves_one_small_cell_to_reckon(self, seed):
        numbers = itertools.cycle([0, 3, 17, 1, 0, 8, 25, 2, 60, 5, 4][seed % 11 :] + [seed, 7, 0, 31][: seed % 4 + 1])
        rows = {f"r{n}": row(*(next(numbers) for _ in Verdict)) for n in range(seed % 5 + 1)}
        hidden = withheld(rows)
        for name, cells in rows.items():
            assert {cell for cell, count in cells.items() if 0 < count < 5} <= hidden[name]
            if hidden[name] != set(cells):
                assert len(hidden[name]) != 1
        if len(rows) > 1:
            for cell in Verdict:
                assert sum(cell.value in hidden[name] for name in rows) != 1


@pytest.fixture
def world(db):
    return World()


def decided(world, count, *, verdict=Verdict.AGREED, sealed=False, accused=False, first="03-02"):
    """Proposals on which somebody has decided, each of a matter of its own."""
    from xinqiao.matters.secrecy import add_accused

    pattern = Matter.objects.get(pk=world.file("2026-03-02").matter_id)
    for _ in range(count):
        pattern.pk, pattern.sealed, pattern.version = None, sealed, pattern.version
        pattern._state.adding = True
        pattern.save()
        if accused:
            add_accused(Matter.objects.get(pk=pattern.pk), organisations=[world.housing])
        Proposal.objects.create(
            matter_id=pattern.pk, sort=Sort.CLASS, first=first, maker="test-1", text_hash="x", made_at=timezone.now(), verdict=verdict,
            decided_at=timezone.now(),
        )  # fmt: skip


class TestFigures:
    def test_numerator_and_denominator_by_class_and_version(self, world):
        decided(world, 8)
        decided(world, 7, verdict=Verdict.CHANGED)
        (table,) = effect.of_the_last_year(timezone.now()).tables
        (line,) = table.lines
        assert (table.sort, table.maker) == (Sort.CLASS, "test-1")
        assert (line.label, line.total, line.parts, line.share) == ("工程质量", "15", ("8", "0", "7", "0"), "53%")

    @pytest.mark.parametrize(
        ("maker", "words"),
        [("classifier-12", "分类模型（第12版）"), ("keywords-1", "关键词（第1版）"), ("other", "other")],
    )
    def test_the_version_in_words(self, maker, words):
        assert maker_words(maker) == words

    def test_reports_and_matters_with_an_accused_set_are_in_none(self, world):
        decided(world, 6, sealed=True)
        decided(world, 6, accused=True)
        assert effect.of_the_last_year(timezone.now()).tables == ()

    def test_the_page_tells_nothing_small(self, world):
        decided(world, 9)
        decided(world, 2, verdict=Verdict.CHANGED)
        page = client_of(world.sun_supervises).get(reverse("workbench:proposal_effect")).content.decode()
        assert "系统建议的效果" in page and "未显示" in page
        assert "82%" not in page and ">9<" not in page

    @pytest.mark.parametrize(
        ("who", "status"),
        [("sun_supervises", 200), ("sys_admin", 200), ("li_triages", 404), ("wang_leads_office", 404)],
    )
    def test_who_may_open_it(self, world, who, status):
        assert client_of(getattr(world, who)).get(reverse("workbench:proposal_effect")).status_code == status

    def test_the_analyst_may(self, world):
        analyst = world.officer("analyst", "安分析", world.office, Role.ANALYST)
        assert client_of(analyst).get(reverse("workbench:proposal_effect")).status_code == 200
