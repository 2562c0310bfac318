"""Learning from the office's own decisions: what is read, which version is used, what the pages tell, and the commands."""

import csv
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from tests.analysis.texts import petitions
from tests.world import World, client_of
from xinqiao import cli
from xinqiao.analysis import classifying, training
from xinqiao.analysis.models import ClassifierVersion
from xinqiao.analysis.text.proposal import Reading
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Matter, Submission
from xinqiao.organisations.models import ContentClass
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.stages import Channel, Kind, Purpose, Role, Stage

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 9, 2, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
CODES = {"03": "城乡建设", "0305": "市政管理", "0306": "住房保障与房地产", "04": "劳动和社会保障", "0403": "工资福利", "0406": "社会保险", "13": "环境保护", "1301": "环境污染"}  # fmt: skip
SECRET = "暗渡陈仓"
FIRST = 1_000_001  # what is held out goes by the number: the same ones, whatever other tests have filed


@pytest.fixture
def world(monkeypatch):
    monkeypatch.setattr(training, "AT_LEAST", 60)
    classifying._read.cache_clear()
    world, world.classes = World(), {}
    for code, name in CODES.items():
        world.classes[code] = ContentClass.objects.create(
            code=code,
            name=name,
            level=len(code) // 2,
            version="1",
            valid_from=date(2020, 1, 1),
            parent=world.classes.get(code[:-2]),
        )
    return world


def decide(world, readings, codes, **changes) -> list[Matter]:
    """Petitions that were decided, as they lie in the tables."""
    said = {
        "stage": Stage.ACCEPTED, "kind": Kind.REQUEST, "purpose": next(iter(Purpose)), "channel": next(iter(Channel)), "place": world.government,
        "received_at": NIGHT, "received_on": NIGHT.date(), "accepted_on": NIGHT.date(), "received_by": world.office, **changes,
    }  # fmt: skip
    count = Matter.objects.count()
    rows = Matter.objects.bulk_create(
        Matter(pk=FIRST + count + place, number=f"T{count + place}", title=one.title, content_class=world.classes[code], **said)
        for place, (one, code) in enumerate(zip(readings, codes, strict=True))
    )
    Submission.objects.bulk_create(
        Submission(
            matter=row,
            channel=row.channel,
            title=one.title,
            content=one.body,
            petition_on=NIGHT.date(),
            received_at=NIGHT,
            received_by=world.office,
            content_hash="0",
            hash_algorithm="sm3",
        )
        for row, one in zip(rows, readings, strict=True)
    )
    return rows


@pytest.fixture
def decided(world):
    return decide(world, *petitions(24))


@pytest.fixture
def apart(monkeypatch):
    """Made-up petitions share whole sentences; here each stands for itself."""
    from xinqiao.analysis.text import learning

    monkeypatch.setattr(learning, "alike", lambda readings: list(range(len(readings))))


class TestWhatIsRead:
    def test_no_report_nothing_sealed_nothing_undecided(self, world, decided):
        secret = [Reading("举报", f"{SECRET}，偷排废水")]
        decide(world, secret, ["1301"], kind=Kind.REPORT)
        decide(world, secret, ["1301"], sealed=True)
        decide(world, secret, ["1301"], mixed=True)
        Matter.objects.filter(pk=decided[0].pk).update(content_class=None)
        read = training.examples()
        assert len(read) == len(decided) - 1
        assert not any(SECRET in one.reading.text for one in read)

    def test_a_correction_counts_and_what_was_corrected_does_not(self, world, decided):
        Matter.objects.filter(pk=decided[3].pk).update(content_class=world.classes["0406"])
        assert {one.matter_id: one.code for one in training.examples()}[decided[3].pk] == "0406"

    def test_small_classes_are_read_however_old(self, world, monkeypatch):
        old = decide(world, *petitions(3, codes=("0403",)))
        decide(world, *petitions(10, codes=("1301",)))
        monkeypatch.setattr(training, "NEWEST", 5)
        read = {one.matter_id for one in training.examples()}
        assert {one.pk for one in old} <= read

    def test_the_held_out_part_stays_the_same(self):
        numbers = range(1, 2001)
        assert [one for one in numbers if training.is_held_out(one)] == [
            one for one in numbers if training.is_held_out(one)
        ]
        assert 300 < sum(map(training.is_held_out, numbers)) < 500


class TestVersions:
    def test_first_one_is_used_when_not_worse_than_keywords_and_proposes(self, world, decided, apart):
        reading = Reading("厂里拖欠工资", "加班不给加班费，老板说没有钱发工资")
        assert classifying.maker() == classifying.KEYWORD_MAKER
        assert all(
            why.note == classifying.KEYWORD_NOTE for one in classifying.propose_class(reading) for why in one.why
        )
        trained = training.train(at=NIGHT, by="command")
        assert trained.is_used
        assert trained.version.matters + trained.version.held_out == len(decided)
        first = classifying.propose_class(reading)[0]
        assert (first.value, first.label) == ("0403", "劳动和社会保障／工资福利")
        assert classifying.maker() == f"classifier-{trained.version.pk}"
        assert all(reading.text[why.start : why.end] == why.words for why in first.why)

    def test_a_worse_one_is_kept_but_not_used(self, world, decided, apart):
        good = training.train(at=NIGHT, by="command").version
        _readings, codes = petitions(24)
        for row, code in zip(
            decided, codes, strict=True
        ):  # whoever decides turns everything upside down, save what is held out
            if not training.is_held_out(row.pk):
                Matter.objects.filter(pk=row.pk).update(
                    content_class=world.classes["1301" if code == "0403" else "0403"]
                )
        worse = training.train(at=NIGHT, by="command")
        assert not worse.is_used
        assert ClassifierVersion.objects.get(active=True) == good
        assert ClassifierVersion.objects.get(pk=worse.version.pk).weights

    @pytest.mark.parametrize(
        ("new", "old", "taken", "why"),
        [
            ((0.90, 0.80), (0.90, 0.80), True, "as good"),
            ((0.897, 0.80), (0.90, 0.80), True, "within what chance does"),
            ((0.89, 0.90), (0.90, 0.80), False, "worse by class, however good below"),
            ((0.95, 0.70), (0.90, 0.80), False, "worse below"),
        ],
    )
    def test_the_rule(self, new, old, taken, why):
        scores = [dict(zip(training.RULE, one, strict=True)) for one in (new, old)]
        assert training.not_worse(*scores) is taken, why

    def test_dry_run_keeps_nothing(self, world, decided, apart):
        assert training.train(at=NIGHT, by="command", save=False).version.scores["n"]
        assert not ClassifierVersion.objects.exists()

    def test_too_few_say_how_many(self, world):
        decide(world, *petitions(2))
        with pytest.raises(training.NotEnough, match="10件"):
            training.train(at=NIGHT, by="command")

    def test_old_weights_go_and_the_used_one_stays(self, world, monkeypatch):
        monkeypatch.setattr(training, "KEPT_WEIGHTS", 2)
        rows = [
            ClassifierVersion.objects.create(
                made_at=NIGHT, made_by="duty", matters=1, held_out=1, weights=b"x", active=number == 0
            )
            for number in range(4)
        ]
        training.forget_old_weights()
        kept = ClassifierVersion.objects.filter(weights__isnull=False).values_list("pk", flat=True)
        assert set(kept) == {rows[0].pk, rows[2].pk, rows[3].pk}

    def test_unreadable_bytes_leave_the_keywords(self, world):
        ClassifierVersion.objects.create(
            made_at=NIGHT, made_by="duty", matters=1, held_out=1, weights=b"no model", active=True
        )
        assert classifying.propose_class(Reading("路灯", "路灯坏了，下水道也堵了"))[0].value.startswith("03")

    def test_the_duty_learns_at_night_when_enough_was_decided(self, world, decided, apart, monkeypatch):
        assert training.keep(NIGHT.replace(hour=10)) == 0
        assert training.keep(NIGHT) > 0
        assert training.keep(NIGHT + timedelta(days=8)) == 0  # nothing was decided since
        monkeypatch.setattr(training, "NEW_DECISIONS", 0)
        assert training.is_due(NIGHT + timedelta(days=8))
        assert not training.is_due(NIGHT + timedelta(days=1))


class TestPages:
    def test_who_reads_and_who_changes(self, world):
        rows = [
            ClassifierVersion.objects.create(
                made_at=NIGHT,
                made_by="duty",
                matters=400,
                held_out=100,
                weights=b"x",
                active=active,
                note="已启用。",
                scores={
                    "macro_f1": 0.91,
                    "accuracy_of_sure": 0.98,
                    "exact": 0.8,
                    "per_class": [
                        {"code": "03", "n": 60, "said": 58, "right": 55, "f1": 0.93},
                        {"code": "13", "n": 3, "said": 3, "right": 3, "f1": 1.0},
                    ],
                    "mixed": [{"right": "04", "said": "03", "n": 7}, {"right": "13", "said": "03", "n": 2}],
                },
            )
            for active in (True, False)
        ]
        page, change = reverse("workbench:classifier_versions"), reverse("workbench:use_classifier", args=[rows[1].pk])
        analyst = world.officer("ana", "安析", world.office, Role.ANALYST)
        administrator = world.officer("sys", "席统", world.government, Role.SYSTEM_ADMINISTRATOR)
        assert client_of(world.xu_handles).get(page).status_code == 404
        seen = client_of(analyst).get(page).content.decode()
        assert "0.910" in seen and "劳动和社会保障" in seen and change not in seen
        assert seen.count("未显示") == 2 and '<td class="n">2</td>' not in seen
        assert client_of(analyst).post(change, {"reason": "新版本不好用"}).status_code == 404
        client = client_of(administrator)
        assert change in client.get(page).content.decode()
        assert client.post(change, {"reason": "", "password": "不要用在别处的密码1"}).status_code == 422
        assert client.post(change, {"reason": "新版本不好用", "password": "不对"}).status_code == 422
        assert ClassifierVersion.objects.get(active=True) == rows[0]
        assert client.post(change, {"reason": "新版本不好用", "password": "不要用在别处的密码1"}).status_code == 302
        assert ClassifierVersion.objects.get(active=True) == rows[1]
        assert (
            AuditEntry.objects.filter(
                kind=AuditKind.CLASSIFIER_CHANGED.value, subject=f"classifier:{rows[1].pk}"
            ).count()
            == 1
        )


class TestCommand:
    """`xinqiao classify`: without a database, with sentences for whatever is wrong with a file."""

    @pytest.fixture
    def files(self, tmp_path):
        readings, labels = petitions(12)
        train, texts = tmp_path / "train.csv", tmp_path / "texts.csv"
        for path, columns, encoding in (
            (train, ("title", "body", "label"), "utf-8-sig"),
            (texts, ("row", "title", "body"), "gb18030"),
        ):
            with path.open("w", encoding=encoding, newline="") as file:
                lines = csv.DictWriter(file, columns, extrasaction="ignore")
                lines.writeheader()
                lines.writerows(
                    {"row": 100 + place, "title": one.title, "body": one.body, "label": label}
                    for place, (one, label) in enumerate(zip(readings, labels, strict=True))
                )
        with train.open("a", encoding="utf-8") as file:
            file.write("没有分类,一行没有分类的,\r\n,,0305\r\n")
        with texts.open("a", encoding="gb18030") as file:
            file.write("999,,\r\n")
        return SimpleNamespace(
            train=str(train), texts=str(texts), out=str(tmp_path / "out.csv"), folder=tmp_path, labels=labels
        )

    def run(self, files, *more, train=None, texts=None, label="label"):
        return cli.main(
            [
                "classify",
                texts or files.texts,
                "--train",
                train or files.train,
                "--label",
                label,
                "--out",
                files.out,
                *more,
            ]
        )

    def test_every_text_gets_a_class(self, files, capsys):
        assert self.run(files, "--top2") == cli.OK
        with open(files.out, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0]) == ["row", "label", "confidence", "top2"]
        assert [row["row"] for row in rows] == [*(str(100 + place) for place in range(len(files.labels))), "999"]
        right = sum(row["label"] == label for row, label in zip(rows, files.labels, strict=False))
        assert right / len(files.labels) > 0.9
        assert rows[-1]["confidence"] == "0.0000"
        assert "跳过了2行" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"texts": "/nowhere/texts.csv"}, "找不到"),
            ({"label": "class"}, "缺少列 class"),
            ({"texts": "binary"}, "不是 UTF-8"),
            ({"train": "empty"}, "没有可以用的信件"),
            ({"train": "one"}, "至少两种分类"),
        ],
    )
    def test_what_is_wrong_is_said(self, files, capsys, changes, said):
        (files.folder / "binary").write_bytes(b"\xff\xff\x00\x81")
        (files.folder / "empty").write_text("title,body,label\n", encoding="utf-8")
        (files.folder / "one").write_text("title,body,label\n路灯,坏了,a\n水,停了,a\n", encoding="utf-8")
        changes = {key: str(files.folder / value) if key != "label" else value for key, value in changes.items()}
        assert self.run(files, **changes) == cli.USAGE
        assert said in capsys.readouterr().err

    def test_train_without_decisions(self, world, capsys, monkeypatch):
        from contextlib import nullcontext

        from xinqiao.cli import train

        monkeypatch.setattr(train.database, "available", nullcontext)
        assert train.run(SimpleNamespace(dry_run=True)) == cli.FAILED
        assert "至少要60件" in capsys.readouterr().err
