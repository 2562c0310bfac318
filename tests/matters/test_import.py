"""History of another system comes in whole: every row stored, known, or rejected with its reason; no clock, no message, no gap in the chain."""

import csv
import io
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import DataError
from django.utils import timezone

from tests.world import SHANGHAI, World, at
from xinqiao.counts.models import Delta
from xinqiao.integrity import checkpoints
from xinqiao.jobs import anchored_rows, duties, proof
from xinqiao.matters import clocks, counted, entries, history, import_runs, importing
from xinqiao.matters.actors import Citizen
from xinqiao.matters.models import (
    Clock,
    Delivery,
    Event,
    ImportedRow,
    ImportRun,
    Matter,
    MatterNumber,
    Record,
    Referral,
    Submission,
)
from xinqiao.matters.steps import import_history
from xinqiao.matters.table_files import TableUnreadable, open_table
from xinqiao.people.models import Petitioner
from xinqiao.rules import numbering
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, Purpose, Stage, Step
from xinqiao.search.models import EntryDue

HEADER = ["编号", "标题", "内容", "时间", "答复", "答复时间", "姓名", "电话"]
MAPPING = dict(
    zip(["number", "title", "content", "received", "reply", "replied", "name", "mobile"], HEADER, strict=True)
)
ANSWERED = [
    "A1",
    "路灯不亮",
    "和平路的路灯坏了一个月。",
    "2019-04-25 09:32:09",
    "已经修好。",
    "2019-05-10 14:56:53",
    "",
    "",
]
OPEN = ["A2", "噪声扰民", "夜里施工。", "2019/4/26 8:05", "", "", "", ""]
NOW = at("2026-03-02")
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture
def world(db):
    return World()


def numbered(count: int) -> list[list[str]]:
    return [[f"N{n}", "标题", f"内容{n}", "2019-04-25", "", "", "", ""] for n in range(count)]


class Load:
    """Puts rows into a file and imports it, as the command does."""

    def __init__(self, world, folder):
        self.world, self.folder, self.rejects = world, folder, []

    def file(self, rows, *, header=HEADER, encoding="utf-8", delimiter=",") -> Path:
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=delimiter)
        writer.writerows([header, *rows])
        path = self.folder / "rows.csv"
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    def __call__(
        self,
        rows=(ANSWERED, OPEN),
        *,
        path=None,
        mapping=None,
        rehearse=False,
        encoding="",
        purpose=Purpose.OTHER,
        **steps,
    ):
        path = path or self.file(rows)
        mapping = mapping or MAPPING
        settings = importing.Settings("留言板", self.world.office, mapping, purpose=purpose)
        self.rejects = []
        with open_table(path, wanted=set(mapping.values()), encoding=encoding) as table:
            steps |= dict(now=lambda: NOW, reject=lambda *row: self.rejects.append(row))
            if rehearse:
                return import_runs.rehearse(table, settings, progress=lambda _: None, **steps)
            return import_runs.run(path, table, settings, who="root", **steps)[1]


@pytest.fixture
def load(world, tmp_path):
    return Load(world, tmp_path)


class TestStored:
    def test_every_row_becomes_a_matter_with_all_that_belongs_to_it(self, load):
        sums = load()
        assert (sums.rows_in, sums.stored, sums.known, sums.rejected) == (2, 2, 0, 0)
        for model in (Matter, MatterNumber, Submission, Event, Referral, ImportedRow):
            assert model.objects.count() == 2, model

    def test_an_answered_one_is_over_and_keeps_its_answer(self, load, world):
        load([ANSWERED])
        matter = Matter.objects.get()
        assert matter.stage == Stage.ENDED_IMPORTED
        desk = matter.referrals.get()
        assert (desk.organisation, desk.is_open, desk.stage) == (world.office, False, Stage.ENDED_IMPORTED)
        reply = Record.objects.get()
        assert (reply.sort, reply.text, reply.shown_to_citizen) == ("reply", "已经修好。", True)
        assert reply.at == datetime(2019, 5, 10, 14, 56, 53, tzinfo=SHANGHAI)

    def test_an_open_one_waits_at_the_petition_office(self, load, world):
        load([OPEN])
        matter = Matter.objects.visible_to(world.li_triages).get()
        assert matter.stage == Stage.REGISTERED
        assert matter.referrals.get(is_open=True).organisation == world.office
        requests = ["停止夜间施工"]
        world.take(
            Step.CLASSIFY, matter.pk, world.li_triages, "2026-03-03",
            kind=Kind.REQUEST, content_class=world.housing_class, requests=requests,
        )  # fmt: skip

    def test_no_limit_runs_and_nobody_is_told(self, load):
        load()
        assert not Clock.objects.exists()
        assert not Delivery.objects.exists()
        for matter in Matter.objects.all():
            assert matter.due_on is None
            assert clocks.shown(matter) is None
            assert "no limit" in matter.events.get().facts["clocks"]

    def test_both_times_are_kept_apart(self, load):
        before = timezone.now()
        load([ANSWERED])
        matter, event = Matter.objects.get(), Event.objects.get()
        stated = datetime(2019, 4, 25, 9, 32, 9, tzinfo=SHANGHAI)
        assert (matter.received_at, matter.received_on) == (stated, date(2019, 4, 25))
        assert event.at == NOW, "the event happened when it was imported"
        assert event.recorded_at >= before - timedelta(minutes=1), "by the database's clock"
        assert event.facts["received_as_stated"] == "2019-04-25T09:32:09+08:00"
        assert event.facts["replied_as_stated"] == "2019-05-10T14:56:53+08:00"

    def test_the_chain_holds_and_goes_on(self, load, world):
        load()
        assert not list(history.broken_links(Event.objects.order_by("matter_id", "seq")))
        matter = Matter.objects.get(stage=Stage.REGISTERED)
        assert (matter.event_count, matter.chain_head) == (1, matter.events.get().hash)

    def test_numbers_follow_those_given_by_hand(self, load, world):
        receipt = world.file("2026-02-27")
        load([[*ANSWERED[:3], "2026-02-27", *ANSWERED[4:5], "2026-02-28", "", ""]])
        numbers = list(Matter.objects.order_by("number").values_list("number", flat=True))
        assert [number[:18] for number in numbers] == ["990100202602270001", "990100202602270002"]
        assert receipt.number in numbers
        assert world.file("2026-02-27").number[:18] == "990100202602270003"

    def test_nobody_is_named_unless_the_file_says_so(self, load):
        load([OPEN, [*ANSWERED[:6], "王秀兰", "138 0013 8000"]])
        without, named = Matter.objects.order_by("received_at").reverse()
        assert (without.anonymous, without.petitioner_name) == (True, "")
        assert (named.anonymous, named.petitioner_name) == (False, "王**")
        assert Petitioner.objects.get().identity().mobile == "13800138000"

    def test_the_figures_count_it_from_the_same_transaction(self, load):
        counted.rebuild(at=NOW)
        load([ANSWERED, OPEN, ["A3", *OPEN[1:]]])
        assert sum(Delta.objects.values_list("change", flat=True)) == 3
        counted.fold(NOW)
        assert counted.check(at=NOW) == (0, [])

    def test_a_report_is_sealed(self, load, world):
        load([[*OPEN[:6], "王秀兰", ""]], purpose=Purpose.ACCUSE)
        matter = Matter.objects.get()
        assert matter.sealed and not matter.petitioner_name
        assert not Matter.objects.visible_to(world.sun_supervises).exists()

    def test_a_long_title_is_kept_whole(self, load):
        long = "标" * 150
        sums = load([["A1", long, "内容", "2019-04-25", "", "", "", ""]])
        submission = Submission.objects.get()
        assert submission.title == "标" * 99 + "…"
        assert submission.content == f"{long}\n\n内容"
        assert sums.noted == 1

    def test_what_cannot_be_stored_is_taken_out_and_noted(self, load):
        load([["A1", "标题", "坏\x00了\x07", "2019-04-25", "", "", "", ""]])
        assert Submission.objects.get().content == "坏了"
        assert "2 control characters" in Event.objects.get().facts["notes"][0]

    def test_a_long_text_is_kept(self, load):
        load([["A1", "标题", "字" * 40_000, "2019-04-25", "", "", "", ""]])
        assert len(Submission.objects.get().content) == 40_000


class TestAgain:
    def test_twice_is_once(self, load):
        load()
        sums = load()
        assert (sums.rows_in, sums.stored, sums.known) == (2, 0, 2)
        assert Matter.objects.count() == 2

    def test_without_numbers_the_content_tells(self, load):
        mapping = {field: column for field, column in MAPPING.items() if field != "number"}
        load(mapping=mapping)
        assert load(mapping=mapping).known == 2

    def test_a_row_twice_in_one_file_is_stored_once(self, load):
        sums = load([OPEN, OPEN, ANSWERED])
        assert (sums.stored, sums.known, sums.rejected) == (2, 1, 0)

    def test_the_same_number_with_other_words_is_told(self, load):
        load([OPEN])
        sums = load([["A2", "噪声扰民", "白天施工。", *OPEN[3:]]])
        assert (sums.known, sums.rejected, dict(sums.reasons)) == (0, 1, {"changed": 1})
        assert Submission.objects.get().content == "夜里施工。"

    def test_an_answer_that_came_later_is_told(self, load):
        load([OPEN])
        sums = load([[*OPEN[:4], "已经停工。", "2019-05-01", "", ""]])
        assert dict(sums.reasons) == {"reply_later": 1}

    def test_another_source_may_use_the_same_numbers(self, load, world):
        load()
        settings = importing.Settings("另一个板", world.office, MAPPING)
        rows = [importing.read_row(2, dict(zip(HEADER, OPEN, strict=True)), settings, at=NOW)]
        assert len(import_history.import_history(rows, settings, at=NOW).stored) == 1

    def test_a_bad_row_is_found_by_halves_and_costs_no_other(self, load, monkeypatch):
        store, tries = import_history._store, []

        def refuse_one(rows, *args, **named):
            tries.append(len(rows))
            if any(row.intake.source_number == "N33" for row in rows):
                raise DataError("refused")
            store(rows, *args, **named)

        monkeypatch.setattr(import_history, "_store", refuse_one)
        sums = load(numbered(64))
        assert (sums.stored, sums.rejected, dict(sums.reasons)) == (63, 1, {"database": 1})
        assert load.rejects[0][0] == 35, "the row of the file, after the header"
        assert len(tries) == 13, "the batch, then two halves six times over"

    def test_a_day_without_numbers_left_refuses_only_the_rest(self, load, world, monkeypatch):
        monkeypatch.setattr(numbering, "LAST_SEQUENCE", 4)
        sums = load(numbered(6))
        assert (sums.stored, sums.rejected, dict(sums.reasons)) == (4, 2, {"day_full": 2})

    def test_more_rows_than_one_batch(self, load, monkeypatch):
        monkeypatch.setattr(importing.batches, "__defaults__", (3,))
        sums = load(numbered(10))
        assert (sums.rows_in, sums.stored) == (10, 10)
        assert Matter.objects.values("number").distinct().count() == 10


REJECTED = [
    ({2: ""}, "content_empty", "nothing was said"),
    ({2: " \u3000\n"}, "content_empty", "blanks say nothing"),
    ({2: "字" * 40_001}, "content_invalid", "more than can be stored"),
    ({3: ""}, "received_missing", "no time"),
    ({3: "昨天"}, "received_unreadable", "not a time"),
    ({3: "2019-02-30"}, "received_unreadable", "no such day"),
    ({3: "2999-01-01"}, "received_future", "has not happened"),
    ({3: "0019-01-01"}, "received_early", "a slip of the pen"),
    ({5: "改日"}, "replied_unreadable", "not a time"),
    ({5: "2999-01-01"}, "replied_future", "has not happened"),
    ({4: "字" * 40_001}, "reply_long", "more than can be stored"),
    ({0: "9" * 61}, "number_long", "more than can be stored"),
    ({6: "王秀兰", 7: "138"}, "mobile_invalid", "no mobile number"),
    ({7: "x,y", 8: "多一格"}, "columns", "shifted by a comma"),
]  # changes to an answered row by place, code, why


class TestRejected:
    def test_each_with_row_number_code_and_reason(self, load):
        rows = [OPEN]
        for changes, _code, _why in REJECTED:
            row = [f"R{len(rows)}", *ANSWERED[1:], *[""] * (8 in changes)]
            for place, value in changes.items():
                row[place] = value
            rows.append(row)
        sums = load(rows)
        assert (sums.rows_in, sums.stored, sums.rejected) == (len(rows), 1, len(REJECTED))
        assert ImportRun.objects.get().rejected == len(REJECTED)
        for (number, found, reason, _cells), (place, (_changes, code, why)) in zip(
            load.rejects, enumerate(REJECTED, 3), strict=True
        ):
            assert (number, found) == (place, code), f"{why}; numbered as a spreadsheet does: the header is row 1"
            assert any("\u4e00" <= char <= "\u9fff" for char in reason)

    def test_a_reply_before_the_question_is_kept_with_a_note(self, load):
        load([[*ANSWERED[:5], "2018-01-01", "", ""]])
        assert Event.objects.get().facts["notes"] == ["replied_before_received"]

    def test_only_the_import_may_do_it(self, world, load):
        settings = importing.Settings("留言板", world.office, MAPPING)
        row = importing.read_row(2, dict(zip(HEADER, OPEN, strict=True)), settings, at=NOW)
        for stranger in (Citizen(), world.tang_registers):
            with pytest.raises(StepRefused):
                import_history.import_history([row], settings, by=stranger, at=NOW)

    def test_an_unsafe_database_takes_nothing(self, load, monkeypatch):
        monkeypatch.setattr(import_history.database, "durability_problem", lambda: "fsync is off")
        with pytest.raises(import_history.IntakeClosed):
            load()
        assert not Matter.objects.exists()


class TestRun:
    def test_is_written_down(self, load, world):
        load()
        run = ImportRun.objects.get()
        assert (run.source, run.file_name, run.who, run.office) == ("留言板", "rows.csv", "root", world.office)
        assert (run.rows_in, run.stored, run.known, run.rejected) == (2, 2, 0, 0)
        assert run.finished_at == NOW
        assert len(run.file_digest) == 64

    def test_a_rehearsal_writes_nothing(self, load):
        sums = load([ANSWERED, OPEN, OPEN, ["A9", "", "", "2019-04-25", "", "", "", ""]], rehearse=True)
        assert (sums.rows_in, sums.stored, sums.known, sums.rejected) == (4, 2, 1, 1)
        assert not Matter.objects.exists() and not ImportRun.objects.exists()


class Killed(BaseException):
    """Stands for a process that ends here, with whatever was not committed."""


def killed_in(batch: int):
    """For what is called once in each batch: ends the process in this one."""
    calls = iter(range(1, 1000))

    def end(*_):
        if next(calls) == batch:
            raise Killed

    return end


@pytest.fixture
def by_three(monkeypatch):
    monkeypatch.setattr(importing.batches, "__defaults__", (3,))


class TestGoesOn:
    """Ten rows, the sixth without content, by batches of three."""

    ROWS = numbered(5) + [["N5", "标题", "", "2019-04-25", "", "", "", ""]] + numbered(10)[6:]

    @pytest.mark.parametrize(
        ("where", "done", "why"),
        [
            ("kept", 3, "in the second batch, stored but not committed: it is undone"),
            ("progress", 6, "right after the second batch was committed"),
        ],
    )
    def test_where_it_stopped(self, load, by_three, monkeypatch, where, done, why):
        end = killed_in(2)
        with pytest.raises(Killed):
            load(self.ROWS, **{where: lambda *_: end() or ("", 0)})
        run = ImportRun.objects.get()
        assert (run.rows_in, run.position, run.finished_at) == (done, done + 1, None), why
        judged, judge = [], import_history.judge
        monkeypatch.setattr(import_history, "judge", lambda rows, *more: judged.extend(rows) or judge(rows, *more))
        sums = load(self.ROWS)
        assert [row.number for row in judged if row.number <= done + 1] == [], "what is done is not asked for again"
        assert (sums.rows_in, sums.stored, sums.known, sums.rejected) == (10, 9, 0, 1)
        assert sums.before == done
        run.refresh_from_db()
        assert (run.resumed, run.rows_in, run.stored, run.rejected) == (1, 10, 9, 1)
        assert (run.reasons, run.finished_at) == ({"content_empty": 1}, NOW)
        stored = Matter.objects.order_by("pk").values_list("source_number", flat=True)
        assert list(stored) == [f"N{n}" for n in range(10) if n != 5], "no doubles, no gaps"

    def test_a_finished_run_is_judged_anew(self, load, by_three):
        load(self.ROWS)
        sums = load(self.ROWS)
        assert (sums.before, sums.rows_in, sums.known) == (0, 10, 9)
        assert ImportRun.objects.count() == 2

    def test_other_choices_begin_anew(self, load, by_three):
        with pytest.raises(Killed):
            load(self.ROWS, progress=killed_in(2))
        without_title = {field: column for field, column in MAPPING.items() if field != "title"}
        sums = load(self.ROWS, mapping=without_title)
        assert (sums.before, sums.rows_in) == (0, 10)

    def test_the_same_file_twice_at_once_is_told(self, load, by_three):
        told = []

        def second(_sums):
            with pytest.raises(import_runs.ImportElsewhere) as refused:
                load(self.ROWS)
            told.append(str(refused.value))

        sums = load(self.ROWS, progress=second)
        assert len(told) == 4 and "正在" in told[0]
        assert (sums.rows_in, Matter.objects.count(), ImportRun.objects.count()) == (10, 9, 1)

    def test_a_run_that_goes_on_elsewhere_stops_this_one(self, load, by_three):
        def elsewhere(sums):
            ImportRun.objects.update(position=7, rows_in=6, stored=5, rejected=1)

        with pytest.raises(import_runs.ImportElsewhere):
            load(self.ROWS, progress=elsewhere)
        assert Matter.objects.count() == 3, "the batch of the one that was too late is undone"

    def test_everything_is_proved_and_owed(self, load, by_three):
        with pytest.raises(Killed):
            load(self.ROWS, progress=killed_in(3))
        load(self.ROWS)
        assert not list(history.broken_links(Event.objects.order_by("matter_id", "seq")))
        matters = set(Matter.objects.values_list("pk", flat=True))
        assert set(EntryDue.objects.values_list("pk", flat=True)) == matters, "each is owed its entry of the search"
        assert anchored_rows.anchor(NOW) >= 2 * len(matters), "events and submissions get into a checkpoint"
        assert checkpoints.waiting() == 0
        assert all(checkpoints.of_event(pk) for pk in Event.objects.values_list("pk", flat=True))
        assert not list(proof.Proof().walk())

    def test_the_worker_goes_on_with_the_search_at_once(self, load, by_three, monkeypatch):
        (search,) = [task for task in duties.TASKS if task.name == "search"]
        assert not search.early()
        load(self.ROWS)
        monkeypatch.setattr(entries, "FILL_BATCHES", 1)
        monkeypatch.setattr(entries, "make_due", partial(entries.make_due, most=EntryDue.objects.count() - 1))
        assert search.early()
        search.run(NOW)
        assert search.early(), "one is left after a turn: nobody waits ten seconds for it"
        search.run(NOW)
        assert not search.early()


class TestBatches:
    def test_long_rows_make_small_batches(self, monkeypatch):
        monkeypatch.setattr(importing, "CHARACTERS", 10)
        rows = [(number, {"a": "字" * 6, "b": None}) for number in range(5)]
        assert [len(batch) for batch in importing.batches(iter(rows))] == [2, 2, 1]


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
    def test_encodings_are_found(self, load, encoding):
        path = load.file([["A1", "喆㙍𠮷", "内容，“引号”\n第二行", "2019-04-25", "", "", "", ""]], encoding=encoding)
        assert load(path=path).stored == 1
        assert Submission.objects.get().title == "喆㙍𠮷"
        assert Submission.objects.get().content == "内容，“引号”\n第二行"

    @pytest.mark.parametrize("delimiter", [",", "\t", ";"])
    def test_signs_between_cells_are_found(self, load, delimiter):
        assert load(path=load.file([ANSWERED, OPEN], delimiter=delimiter)).stored == 2

    def test_blank_rows_are_not_rows(self, load):
        sums = load([OPEN, [""] * 8, [], ANSWERED])
        assert (sums.rows_in, sums.stored) == (2, 2)

    def test_excel(self, load, tmp_path):
        from openpyxl import Workbook

        book = Workbook()
        book.active.append(HEADER)
        book.active.append(
            [1001, "路灯", "不亮", datetime(2019, 4, 25, 9, 32, 9), "修好了", date(2019, 5, 1), None, None]
        )
        book.active.append([1002.0, "井盖", "=1+1", "2019年4月26日", None, None, None, None])
        book.active.append([None] * 8)
        path = tmp_path / "rows.xlsx"
        book.save(path)
        sums = load(path=path)
        assert sums.rows_in == 2
        matter = Matter.objects.get(source_number="1001")
        assert matter.received_at == datetime(2019, 4, 25, 9, 32, 9, tzinfo=SHANGHAI)
        assert load.rejects[0][:2] == (3, "content_empty"), "a formula without a stored value is no content"

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"", "空的"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls"),
            (b"PK\x03\x04broken", "读不懂"),
            (b"a,b\n1,2\n", "没有这些列"),
            ("编号,标题,内容,时间,答复,答复时间,姓名,电话,标题\n".encode(), "两次"),
            (b"\x81\x20\xff\xff,\n", "编码"),
        ],
    )
    def test_what_cannot_be_read_is_told(self, load, tmp_path, content, words):
        path = tmp_path / "x.csv"
        path.write_bytes(content)
        with pytest.raises(TableUnreadable, match=words):
            load(path=path)

    @pytest.mark.parametrize("encoding", ["utf-8", "no-such"])
    def test_a_wrong_encoding_is_told(self, load, encoding):
        path = load.file([OPEN], encoding="gb18030")
        with pytest.raises(TableUnreadable, match="编码"):
            load(path=path, encoding=encoding)

    def test_a_file_that_breaks_off_keeps_what_was_read(self, load, monkeypatch, request):
        monkeypatch.setattr("xinqiao.matters.table_files.CELL_AT_MOST", 200)
        before = csv.field_size_limit()
        request.addfinalizer(lambda: csv.field_size_limit(before))
        path = load.file([OPEN])
        path.write_bytes(path.read_bytes() + '"没有成对的引号'.encode() + b"x" * 1000)
        sums = load(path=path)
        assert (sums.rows_in, sums.stored) == (1, 1)
        assert "引号" in sums.problem
        assert ImportRun.objects.get().problem == sums.problem


@pytest.mark.skipif(not SHARED.is_dir(), reason="real messages (../shared/data) are not on this machine")
def test_real_messages_come_in_whole(world, tmp_path):
    """The first 300 of each file, newlines in quotes and all; a second run stores nothing new."""
    for name, more in (("fj3_messages", {}), ("fj4_replies", {"reply": "reply", "replied": "reply_time"})):
        mapping = {"title": "title", "content": "body", "received": "time", "number": "msg_id", **more}
        with (SHARED / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row, _ in zip(csv.reader(file), range(301), strict=False)]
        load = Load(world, tmp_path)
        path = load.file(rows[1:], header=rows[0])
        settings = importing.Settings(name, world.office, mapping)
        for stored, known in ((300, 0), (0, 300)):
            with open_table(path, wanted=set(mapping.values())) as table:
                sums = import_runs.run(path, table, settings, who="root", now=lambda: NOW)[1]
            assert (sums.rows_in, sums.stored, sums.known, sums.rejected) == (300, stored, known, 0)
    assert Matter.objects.count() == 600
    assert Record.objects.filter(sort="reply").count() == 300
    assert not list(history.broken_links(Event.objects.order_by("matter_id", "seq")))
