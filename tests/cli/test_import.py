"""`xinqiao import`: what is typed, what is printed, what is written, and the exit code."""

import csv
import json
import os
import select
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from tests.world import World
from xinqiao import cli, database
from xinqiao.cli import import_, indexing
from xinqiao.matters import entries, import_runs, importing
from xinqiao.matters.models import ImportRun, Matter
from xinqiao.search.models import EntryDue, SearchEntry

MAP = "title=标题,content=内容,received=时间,reply=答复,number=编号"
TEXT = """编号,标题,内容,时间,答复
A1,路灯不亮,和平路的路灯坏了一个月。,2019-04-25 09:32:09,已经修好。
A2,噪声扰民,夜里施工。,2019-04-26,
A3,空的,,2019-04-26,
A4,=cmd|' /C calc'!A0,,2019-04-26,
"""


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "留言.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture
def call(world, monkeypatch):
    """Runs the command in this process, on the database of the tests."""
    monkeypatch.setattr(connection, "close", lambda: None)

    def run(path, *more, mapping=MAP):
        return cli.main(["import", str(path), "--source", "留言板", "--map", mapping, *more])

    return run


class TestImport:
    def test_prints_the_sums_and_each_reason(self, call, file, capsys):
        assert call(file) == cli.FAILED, "something was rejected"
        shown = capsys.readouterr()
        assert "读入4行 = 存入2 + 已有0 + 没有存2（核对：相符）" in shown.out
        assert "第4行 [content_empty] 没有内容。" in shown.err
        assert Matter.objects.count() == 2

    def test_again_stores_nothing_new(self, call, file, capsys):
        call(file)
        capsys.readouterr()
        call(file)
        assert "存入0 + 已有2 + 没有存2" in capsys.readouterr().out

    def test_rejected_rows_are_written_down_for_their_owner_only(self, call, file, capsys, tmp_path):
        rejects = tmp_path / "rejects.csv"
        call(file, "--rejects", str(rejects))
        assert os.stat(rejects).st_mode & 0o077 == 0
        with rejects.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.DictReader(opened))
        assert [row["行号"] for row in rows] == ["4", "5"]
        assert rows[1]["标题"] == "'=cmd|' /C calc'!A0", "no spreadsheet takes it for a formula"

    def test_without_a_name_they_go_to_the_data_directory(self, call, file, capsys):
        call(file, "--json")
        told = json.loads(capsys.readouterr().out)
        assert told["rejects_file"].startswith(os.environ["XINQIAO_VAR"])
        assert os.path.exists(told["rejects_file"])

    def test_json_for_programs(self, call, file, capsys):
        call(file, "--json")
        told = json.loads(capsys.readouterr().out)
        sums = {name: told[name] for name in ("rows_in", "stored", "known", "rejected", "sums_agree")}
        assert sums == {"rows_in": 4, "stored": 2, "known": 0, "rejected": 2, "sums_agree": True}
        assert told["reasons"] == {"content_empty": 2}
        assert told["run"] == ImportRun.objects.get().pk

    def test_the_highest_petition_office_by_default(self, call, file, world):
        call(file)
        assert ImportRun.objects.get().office == world.region_office

    def test_another_office_by_name(self, call, file, world):
        call(file, "--office", "county-po")
        matter = Matter.objects.first()
        assert (matter.unit, matter.place) == (world.county_office, world.county_gov)

    def test_dry_run_writes_nothing(self, call, file, capsys):
        assert call(file, "--dry-run") == cli.FAILED
        assert "可以存入2" in capsys.readouterr().out
        assert not Matter.objects.exists() and not ImportRun.objects.exists()

    def test_all_well_is_0(self, call, file, capsys):
        file.write_text("\n".join(TEXT.splitlines()[:3]) + "\n", encoding="gb18030")
        assert call(file) == cli.OK
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            (("--office", "pref-housing"), "信访部门"),
            (("--office", "nope"), "信访部门"),
            (("--channel", "pigeon"), "letter"),
            (("--purpose", "fun"), "solve"),
            (("--encoding", "klingon"), "编码"),
            (("--rejects", "/no/such/folder/x.csv"), "--rejects"),
        ],
    )
    def test_wrong_use_is_told(self, call, file, capsys, more, words):
        assert call(file, *more) == cli.USAGE
        assert words in capsys.readouterr().err
        assert not Matter.objects.exists()

    def test_a_missing_file_is_told(self, call, tmp_path, capsys):
        assert call(tmp_path / "nope.csv") == cli.USAGE
        assert "打不开" in capsys.readouterr().err

    def test_an_unsafe_database_is_3(self, call, file, capsys, monkeypatch):
        monkeypatch.setattr(database, "durability_problem", lambda: "fsync is off")
        assert call(file) == cli.ENVIRONMENT


class TestGoesOn:
    """Killed after the second of four batches, then run again."""

    @pytest.fixture
    def broken_off(self, call, file, monkeypatch, tmp_path):
        monkeypatch.setattr(importing.batches, "__defaults__", (1,))
        text = TEXT + "A5,只有标题,,2019-04-26,\n"
        file.write_text(text.replace("A1,路灯不亮,和平路的路灯坏了一个月。", "A1,路灯不亮,"), encoding="utf-8")
        whole = tmp_path / "whole.csv"
        call(file, "--rejects", str(whole), "--source", "另一个板")

        def run(*more):
            show, calls = import_._Bar.show, iter(range(10))

            def killed(bar, sums):
                show(bar, sums)
                if next(calls) == 1:
                    raise KeyboardInterrupt

            with monkeypatch.context() as patch:
                patch.setattr(import_._Bar, "show", killed)
                assert call(file, *more) == cli.INTERRUPTED

        run.whole = whole
        return run

    def test_the_person_is_told(self, call, file, broken_off, capsys):
        broken_off()
        assert "再运行同一条命令" in capsys.readouterr().err
        call(file)
        shown = capsys.readouterr()
        assert "上次导入到第3行停下了，现在接着导入" in shown.err
        assert "读入5行 = 存入1 + 已有0 + 没有存4（核对：相符）" in shown.out

    @pytest.mark.parametrize("named", [True, False])
    def test_each_rejected_row_is_written_once(self, call, file, broken_off, tmp_path, named, capsys):
        more = ["--rejects", str(tmp_path / "rejects.csv")] if named else []
        broken_off(*more)
        path = tmp_path / "rejects.csv" if named else Path(ImportRun.objects.latest("pk").rejects_file)
        with path.open("a", encoding="utf-8") as opened:
            opened.write("3,written in a batch that was not committed\n")
        call(file, *more)
        assert path.read_bytes() == broken_off.whole.read_bytes()

    def test_a_file_that_is_gone_is_named(self, call, file, broken_off, tmp_path, capsys):
        rejects = tmp_path / "rejects.csv"
        broken_off("--rejects", str(rejects))
        rejects.unlink()
        call(file, "--rejects", str(rejects))
        assert f"前面没有存的行记在：{rejects}" in capsys.readouterr().err
        with rejects.open(encoding="utf-8-sig", newline="") as opened:
            assert [row["行号"] for row in csv.DictReader(opened)] == ["4", "5", "6"]

    def test_a_database_that_goes_away_is_3(self, call, file, monkeypatch, capsys):
        def gone(*_):
            raise OperationalError("terminating connection")

        monkeypatch.setattr(import_runs, "_advance", gone)
        assert call(file) == cli.ENVIRONMENT
        assert "再运行同一条命令" in capsys.readouterr().err
        assert not Matter.objects.exists()

    def test_twice_at_once_is_1(self, call, file, monkeypatch, capsys):
        def busy(*_):
            raise import_runs.ImportElsewhere

        monkeypatch.setattr(import_runs, "_alone", busy)
        assert call(file) == cli.FAILED
        assert "另一个进程" in capsys.readouterr().err


class TestIndexNow:
    def test_what_was_imported_is_found_at_once(self, call, file, capsys):
        call(file)
        assert set(SearchEntry.objects.values_list("pk", flat=True)) == set(Matter.objects.values_list("pk", flat=True))

    def test_what_others_owe_is_left_to_the_worker(self, call, file, capsys, monkeypatch):
        asked = []
        monkeypatch.setattr(entries, "make_due", lambda: asked.append(1) or [timezone.now()])
        call(file)
        assert len(asked) == Matter.objects.count() == 2, "not without end, whatever a reindex may owe"

    def test_the_other_processes_work_until_the_first_is_done(self, monkeypatch, tmp_path):
        """Their work is a file here: a process that shares the connection of the tests would end it."""

        def work(reading):
            while not select.select([reading], [], [], 0.01)[0]:
                (tmp_path / f"{os.getpid()} at work").touch()
            (tmp_path / f"{os.getpid()} done").touch()
            os._exit(0)

        monkeypatch.setattr(indexing, "_work_until_closed", work)
        with indexing.beside(2):
            while len(list(tmp_path.glob("* at work"))) < 2:
                select.select([], [], [], 0.01)
            assert not list(tmp_path.glob("* done"))
        assert len(list(tmp_path.glob("* done"))) == 2, "waited for: the database may be stopped after it"

    def test_nobody_else_works_on_what_is_not_committed(self, db):
        assert indexing.room() == 0

    def test_otherwise_it_is_owed(self, call, file, capsys):
        call(file, "--no-index-now")
        assert not SearchEntry.objects.exists()
        assert EntryDue.objects.count() == 2


class TestMapping:
    def test_once_or_several_times(self):
        assert import_.read_mapping(["content=内容, received=时间", "title=标题"]) == {
            "content": "内容",
            "received": "时间",
            "title": "标题",
        }

    def test_agrees_with_what_the_import_knows(self):
        assert set(import_.FIELDS) == set(importing.FIELDS)

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            (["content=内容"], "received"),
            (["content"], "看不懂"),
            (["content="], "看不懂"),
            (["content=a,received=b,colour=c"], "colour"),
            (["content=a,content=b,received=c"], "两次"),
            (["content=a,received=b,replied=c"], "reply"),
        ],
    )
    def test_mistakes_are_told(self, given, words):
        with pytest.raises(import_.WrongUse, match=words):
            import_.read_mapping(given)
