"""`xinqiao import-organisations`: every fault by row at once, all or nothing, twice is once, and nothing that repeats a place stays behind."""

import csv
import io
import json

import pytest
from django.db import connection
from django.utils import timezone

from tests.world import World
from xinqiao import cli
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters import counted
from xinqiao.matters.models import Matter, Referral
from xinqiao.organisations import importing, tree
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.stages import LEVELS, Line
from xinqiao.search.models import EntryDue

HEADER = ["机构编号", "名称", "简称", "层级", "条线", "上级机构编号", "条线上级编号", "行政区划代码", "地址", "电话"]
GOVERNMENT = ["c-gov", "东湖县人民政府", "东政", "3", "人民政府", "region-gov", "", "990301", "", ""]
OFFICE = ["c-po", "东湖县信访局", "东信", "县", "信访部门", "c-gov", "region-po", "990301", "湖滨路1号", "0990-5550300"]
VILLAGE = ["c-v1", "东湖县湖口村村民委员会", "湖口", "5", "VILLAGE", "c-gov", "", "990301100200", "", ""]


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def call(world, monkeypatch, tmp_path):
    """Writes rows to a file and runs the command on the database of the tests."""
    monkeypatch.setattr(connection, "close", lambda: None)

    def run(rows, *more, header=HEADER):
        text = io.StringIO(newline="")
        csv.writer(text).writerows([header, *rows])
        path = tmp_path / "机构.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        return cli.main(["import-organisations", str(path), *more])

    return run


def nested() -> bool:
    """Whether every interval lies inside its parent's, from the database."""
    organisations = Organisation.objects.select_related("parent")
    return all(org.is_below(org.parent) and org.rgt < org.parent.rgt for org in organisations if org.parent)


def fresh(officer: Officer) -> Officer:
    return Officer.objects.select_related("user", "organisation").get(pk=officer.pk)


class TestFounded:
    def test_each_row_becomes_a_unit_in_the_tree(self, call, world, capsys):
        assert call([VILLAGE, OFFICE, GOVERNMENT]) == cli.OK, "in any order"
        assert "读入3个机构：新建3，更改0，没有变化0。" in capsys.readouterr().out
        office = Organisation.objects.select_related("parent__parent", "parent_line").get(key="c-po")
        assert (office.name, office.short, office.level, office.line) == (
            "东湖县信访局",
            "东信",
            3,
            Line.PETITION_OFFICE,
        )
        assert (office.parent.key, office.parent.parent, office.parent_line) == (
            "c-gov",
            world.region_gov,
            world.region_office,
        )
        assert (office.division_code, office.address, office.phone) == ("990301", "湖滨路1号", "0990-5550300")
        assert (office.active, office.further_instance, office.vertically_managed) == (True, True, False)
        assert office.pinyin == "dhxxfj"
        assert office.territory == office.parent.interval, "a petition office looks over its government's area"
        assert nested()
        assert tree.petition_office_for(Organisation.objects.get(key="c-v1")) == office

    def test_twice_is_once(self, call, capsys):
        call([GOVERNMENT, OFFICE])
        before = list(Organisation.objects.order_by("pk").values())
        capsys.readouterr()
        assert call([GOVERNMENT, OFFICE]) == cli.OK
        assert "新建0，更改0，没有变化2" in capsys.readouterr().out
        assert list(Organisation.objects.order_by("pk").values()) == before
        assert AuditEntry.objects.filter(kind=AuditKind.ORGANISATIONS_CHANGED).count() == 1

    def test_an_empty_database_takes_a_whole_region(self, db, monkeypatch, tmp_path):
        rows = [(2, dict(zip(importing.FIELDS, ["g", "省政府", "省政", "1", "GOV", "", "", "990000"], strict=False)))]
        rows += [
            (
                row,
                dict(
                    zip(
                        importing.FIELDS,
                        [f"o{row}", f"单位{row}", f"单{row}", "2", "DEPT", "g", "", "990100"],
                        strict=False,
                    )
                ),
            )
            for row in range(3, 1003)
        ]
        plan = importing.Plan(rows)
        assert not plan.faults
        plan.apply()
        assert Organisation.objects.count() == 1001
        assert nested()
        root = Organisation.objects.get(key="g")
        assert (root.lft, root.rgt) == (tree.GAP, tree.GAP * 2 * 1001), "numbered in one pass, with gaps"

    def test_a_rehearsal_writes_nothing(self, call, capsys):
        count = Organisation.objects.count()
        assert call([GOVERNMENT], "--dry-run") == cli.OK
        assert "将新建1" in capsys.readouterr().out
        assert Organisation.objects.count() == count
        assert not AuditEntry.objects.filter(kind=AuditKind.ORGANISATIONS_CHANGED).exists()

    def test_english_names_and_chosen_columns(self, call):
        header = ["代码", "name", "level", "line", "parent", "division_code"]
        assert (
            call([["n1", "新局", "3", "department", "county-gov", "990121"]], "--map", "key=代码", header=header)
            == cli.OK
        )
        assert Organisation.objects.get(key="n1").short == "新局", "a short name stands for itself"

    def test_excel(self, world, monkeypatch, tmp_path):
        from openpyxl import Workbook

        monkeypatch.setattr(connection, "close", lambda: None)
        book = Workbook()
        book.active.append(HEADER)
        book.active.append([*GOVERNMENT[:3], 3, *GOVERNMENT[4:7], 990301, None, None])
        book.save(tmp_path / "机构.xlsx")
        assert cli.main(["import-organisations", str(tmp_path / "机构.xlsx")]) == cli.OK
        assert Organisation.objects.get(key="c-gov").division_code == "990301"


class TestChanged:
    def test_what_differs_is_changed_told_and_noted(self, call, capsys):
        call([GOVERNMENT, OFFICE])
        place = Organisation.objects.get(key="c-po").interval
        capsys.readouterr()
        renamed = [OFFICE[0], "东湖区信访局", "东信", *OFFICE[3:9], "0990-5550301"]
        assert call([GOVERNMENT, renamed]) == cli.OK
        shown = capsys.readouterr().out
        assert "c-po：名称 东湖县信访局 → 东湖区信访局；电话 0990-5550300 → 0990-5550301" in shown
        assert "更改1，没有变化1" in shown
        office = Organisation.objects.get(key="c-po")
        assert (office.name, office.pinyin, office.interval) == ("东湖区信访局", "dhqxfj", place)
        noted = AuditEntry.objects.filter(kind=AuditKind.ORGANISATIONS_CHANGED).latest("pk")
        assert json.loads(noted.detail_text)["changes"]["c-po"]["name"] == ["东湖县信访局", "东湖区信访局"]

    def test_columns_that_are_not_there_change_nothing(self, call, world):
        header = ["机构编号", "名称", "层级", "条线", "行政区划代码"]
        call([["region-gov", "云岭省人民政府", "1", "人民政府", "990000"]], header=header)
        government = Organisation.objects.get(key="region-gov")
        assert (government.name, government.short) == ("云岭省人民政府", "云政")
        assert (government.address, government.further_instance) == (world.region_gov.address, False)

    def test_a_unit_that_moves_takes_its_desks_and_findings_along(self, call, world):
        matter = world.signed_in()
        counted.rebuild()
        EntryDue.objects.all().delete()
        row = ["pref-housing", world.housing.name, "临建", "2", "职能部门", "region-gov", "", "990100", "", ""]
        assert call([row]) == cli.OK
        housing = Organisation.objects.get(key="pref-housing")
        assert housing.parent == world.region_gov and nested()
        assert housing.lft != world.housing.lft
        for desk in Referral.objects.select_related("organisation"):
            assert desk.org_lft == desk.organisation.lft
        assert Referral.objects.visible_to(fresh(world.xu_handles)).filter(matter=matter).exists()
        assert EntryDue.objects.filter(pk=matter.pk).exists(), "others above it may find the matter now"
        station = Organisation.objects.get(key="pref-station")
        assert station.is_below(housing)
        counted.fold(timezone.now())
        assert counted.check(at=timezone.now())[0] == 0

    def test_many_new_ones_where_there_is_no_room(self, call, world):
        world.signed_in()
        rows = [
            [f"n{number}", f"新局{number}", "", "2", "职能部门", "pref-gov", "", "990100", "", ""]
            for number in range(60)
        ]
        assert call(rows) == cli.OK
        assert nested()
        for desk in Referral.objects.select_related("organisation"):
            assert desk.org_lft == desk.organisation.lft
        assert Matter.objects.visible_to(fresh(world.sun_supervises)).exists()


FAULTS = [
    ({0: ""}, "没有|（空）", "no key"),
    ({0: "编号 1"}, "编号用字母", "a key that no address can hold"),
    ({1: " "}, "没有填名称", "no name"),
    ({1: "名" * 121}, "最多120个字", "more than can be stored"),
    ({2: "", 1: "名" * 21}, "没有简称", "no short name for the document numbers"),
    ({3: "9"}, "没有“9”这一层级", "no such level"),
    ({3: "市"}, "没有“市”这一层级", "a prefecture or a county: nobody knows"),
    ({4: "外星"}, "没有“外星”这一条线", "no such line"),
    ({5: ""}, "没有写上级机构编号", "hangs on nothing"),
    ({5: "nope"}, "不存在", "no such parent"),
    ({5: "x"}, "机构自己", "its own parent"),
    ({5: "township-gov"}, "还低", "a town above a county"),
    ({6: "nope"}, "条线上级编号“nope”不存在", "no such superior"),
    ({7: "99"}, "应为6位、9位或12位数字", "no division"),
    ({9: "电\x00话"}, "无法保存", "what cannot be stored"),
]  # changes to a good row by place, words, why


class TestFaults:
    @pytest.mark.parametrize(("changes", "words", "why"), FAULTS)
    def test_is_told_by_row_and_nothing_is_written(self, call, changes, words, why, capsys):
        row = ["x", "新局", "新", "3", "职能部门", "region-gov", "", "990301", "", ""]
        for place, value in changes.items():
            row[place] = value
        count = Organisation.objects.count()
        assert call([GOVERNMENT, row], "--json") == cli.FAILED, why
        (fault,) = json.loads(capsys.readouterr().out)["faults"]
        assert fault["row"] == 3
        assert any(word in fault["message"] for word in words.split("|")), fault
        assert Organisation.objects.count() == count

    def test_all_are_told_at_once(self, call, capsys):
        wrong = [
            ["x", "", "", "9", "外星", "", "", "1", "", ""],
            ["x", "新局", "", "3", "PO", "c-gov", "", "990301", "", ""],
        ]
        assert call([*wrong, GOVERNMENT]) == cli.FAILED
        shown = capsys.readouterr()
        for words in (
            "第2行 没有填名称",
            "第2行 没有“9”",
            "第2行 没有“外星”",
            "第2行 行政区划代码",
            "第3行 机构编号“x”和第2行重复",
        ):
            assert words in shown.err
        assert "没有导入任何机构" in shown.out

    @pytest.mark.parametrize("column", [5, 6])
    def test_a_circle_is_shown(self, call, column, capsys):
        rows = []
        for key, above in (("x1", "x3"), ("x2", "x1"), ("x3", "x2"), ("x4", "x1")):
            row = [key, key, key, "3", "职能部门", "region-gov", "", "990301", "", ""]
            row[column] = above
            rows.append(row)
        assert call(rows, "--json") == cli.FAILED
        faults = json.loads(capsys.readouterr().out)["faults"]
        assert [fault["row"] for fault in faults] == [2, 3, 4], "the fourth only leads to it"
        assert "x1 → x3 → x2 → x1" in faults[0]["message"]

    def test_a_circle_through_what_stands_is_found(self, call, capsys):
        row = ["region-gov", "云岭自治区人民政府", "云政", "1", "人民政府", "region-po", "", "990000", "", ""]
        assert call([row]) == cli.FAILED
        assert "绕成了圈" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("header", "more", "words"),
        [
            (["机构编号", "名称"], (), "层级（level）"),
            (HEADER, ("--map", "key"), "--map"),
            (HEADER, ("--map", "colour=名称"), "可用"),
            (HEADER, ("--map", "key=代码"), "代码"),
        ],
    )
    def test_wrong_use_is_2(self, call, header, more, words, capsys):
        assert call([], *more, header=header) == cli.USAGE
        assert words in capsys.readouterr().err


class TestCells:
    @pytest.mark.parametrize("line", list(Line))
    def test_a_line_by_term_code_or_short_code(self, line):
        assert {importing.READ["line"](word) for word in (line.label, line.value, line.code)} == {line}

    @pytest.mark.parametrize("level", list(LEVELS))
    def test_a_level_by_number_or_term(self, level):
        assert {importing.READ["level"](word) for word in (str(level), LEVELS[level], f" {level} ")} == {level}

    @pytest.mark.parametrize(("cell", "read"), [("是", True), ("否", False), ("", False), ("Yes", True), ("０", False)])
    def test_yes_and_no(self, cell, read):
        assert importing.READ["vertically_managed"](cell) is read

    def test_anything_else_is_refused(self):
        with pytest.raises(ValueError, match="“是”或“否”"):
            importing.READ["active"]("也许")
