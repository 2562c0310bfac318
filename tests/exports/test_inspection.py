"""C-10, R-41(2): asked, decided by another person, fetched once, every step on record; no petitioner in any of it."""

import io
import zipfile
from datetime import date, timedelta

import openpyxl
import pytest
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from tests.world import World, client_of
from xinqiao.exports import inspection, keeping, making
from xinqiao.exports.models import Export, ExportRequest, ExportState, RequestState
from xinqiao.integrity.models import AuditEntry
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.exports import InspectionItem
from xinqiao.rules.stages import Kind, Role
from xinqiao.workbench.exports.lists import fetch

pytestmark = pytest.mark.django_db
PASSWORD = "不要用在别处的密码1"
CANARY, WORDS = "金丝雀", "金丝雀看见局长收钱"


@pytest.fixture
def world():
    return World()


def sent(world, **changes) -> dict:
    return {
        "organ": "自治区党委第三巡视组", "document_number": "巡三函〔2026〕7号", "inspected": world.government.name,
        "from_on": "2026-01-01", "to_on": "2026-06-30", "items": [item.value for item in InspectionItem],
        "purpose": "巡视临江地区期间了解领导班子情况", "password": PASSWORD, **changes,
    }  # fmt: skip


def asked_by(world, officer=None, **changes):
    return client_of(officer or world.dai_liaises).post(reverse("workbench:inspection_new"), sent(world, **changes))


def decided_by(officer, asked, **changes):
    page = reverse("workbench:inspection_request", args=[asked.pk])
    return client_of(officer).post(page, {"agrees": "yes", "reason": "按来函提供", "password": PASSWORD, **changes})


def against_housing(world):
    return world.triaged(
        "2026-03-03", kind=Kind.REPORT, title=WORDS, content=WORDS, purpose="accuse",
        people=[{"name": CANARY, "mobile": "13900139000"}], respondent={"unit": world.housing.name, "organisation_id": world.housing.pk},
    )  # fmt: skip


class TestAsking:
    def test_the_liaison_asks_and_it_is_on_record(self, world):
        assert asked_by(world).status_code == 302
        asked = ExportRequest.objects.get()
        entry = AuditEntry.objects.get(kind=AuditKind.EXPORT_ASKED)
        assert (entry.subject, entry.reason) == (f"export-request:{asked.pk}", asked.purpose)
        assert asked.export is None and not Export.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"document_number": ""}, "请填写来函文号"),
            ({"inspected": "青石市人民政府"}, "请从列表中选全称"),
            ({"inspected": "云岭自治区人民政府"}, "请从列表中选全称"),
            ({"from_on": "2026-07-01"}, "开始的日期在结束的日期之后"),
            ({"from_on": "2010-01-01"}, "一次最多6年"),
            ({"items": []}, "请至少选一项"),
            ({"items": ["petitioners"]}, "没有这一项"),
            ({"purpose": "了解"}, "至少10个字"),
            ({"password": "不对"}, "密码不对"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_stays(self, world, changes, words):
        answer = asked_by(world, **changes)
        assert answer.status_code == 422 and words in answer.content.decode()
        assert "自治区党委第三巡视组" in answer.content.decode() and not ExportRequest.objects.exists()

    @pytest.mark.parametrize("who", ["tang_registers", "li_triages", "sun_supervises", "xu_handles", "sys_admin"])
    def test_other_posts_find_nothing(self, world, who):
        asked_by(world)
        asked = ExportRequest.objects.get()
        client = client_of(getattr(world, who))
        for page in ("inspection", "inspection_new"):
            assert client.get(reverse(f"workbench:{page}")).status_code == 404
        assert client.get(reverse("workbench:inspection_request", args=[asked.pk])).status_code == 404

    def test_another_office_finds_nothing(self, world):
        asked_by(world)
        asked = ExportRequest.objects.get()
        assert (
            client_of(world.feng_in_county).get(reverse("workbench:inspection_request", args=[asked.pk])).status_code
            == 404
        )


class TestDeciding:
    @pytest.fixture
    def asked(self, world):
        asked_by(world)
        return ExportRequest.objects.get()

    def test_nobody_decides_an_own_request_not_even_in_another_post(self, world, asked):
        user = world.dai_liaises.user
        user.posts.update(roles=[Role.DISCIPLINE_LIAISON.value, Role.OFFICE_LEADER.value])
        answer = decided_by(world.dai_liaises, asked)
        assert answer.status_code == 409 and "不能审批自己提出的申请" in answer.content.decode()
        asked.refresh_from_db()
        assert asked.state == RequestState.ASKED

    def test_refused_with_a_reason_there_is_no_file(self, world, asked):
        assert decided_by(world.wang_leads_office, asked, agrees="no", reason="来函没有盖章").status_code == 302
        asked.refresh_from_db()
        assert (asked.state, asked.decision_reason, asked.export) == (RequestState.REFUSED, "来函没有盖章", None)
        entry = AuditEntry.objects.get(kind=AuditKind.EXPORT_DECIDED)
        assert entry.reason == "来函没有盖章" and '"agrees":false' in entry.detail_text
        page = (
            client_of(world.dai_liaises).get(reverse("workbench:inspection_request", args=[asked.pk])).content.decode()
        )
        assert "来函没有盖章" in page

    @pytest.mark.parametrize("changes", [{"reason": ""}, {"agrees": ""}, {"password": "不对"}])
    def test_without_reason_choice_or_password_nothing_is_decided(self, world, asked, changes):
        assert decided_by(world.wang_leads_office, asked, **changes).status_code == 422
        asked.refresh_from_db()
        assert asked.state == RequestState.ASKED

    def test_once_decided_it_stays(self, world, asked):
        decided_by(world.wang_leads_office, asked, agrees="no")
        assert decided_by(world.wang_leads_office, asked).status_code == 409

    def test_what_nobody_decided_lapses(self, world, asked):
        late = asked.lapses_at + timedelta(seconds=1)
        assert inspection.state_at(asked, late) is RequestState.LAPSED
        with pytest.raises(inspection.DecisionRefused):
            inspection.decide(asked.pk, by=world.wang_leads_office, at=late, agrees=True, reason="同意")


class TestTheFile:
    @pytest.fixture
    def agreed(self, world):
        world.served("2026-03-02")
        world.triaged("2026-03-05", people=[{"name": CANARY, "mobile": "13900139000"}], title=WORDS, urgent=True)
        self.report = against_housing(world)
        asked_by(world)
        asked = ExportRequest.objects.get()
        decided_by(world.wang_leads_office, asked)
        making.make_waiting(timezone.now())
        asked.refresh_from_db()
        return asked.export

    def fetched(self, world, export, officer=None):
        page = reverse("workbench:export_progress", args=[export.pk])
        return client_of(officer or world.dai_liaises).post(page, {"password": PASSWORD})

    def tables(self, content: bytes) -> dict[str, list[list]]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            books = {name: openpyxl.load_workbook(io.BytesIO(archive.read(name))) for name in archive.namelist()}
        return {
            name: [list(row) for row in book.worksheets[0].iter_rows(values_only=True)] for name, book in books.items()
        }

    def everything(self, content: bytes) -> str:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inner = [zipfile.ZipFile(io.BytesIO(archive.read(name))) for name in archive.namelist()]
        return "".join(part.read(name).decode("utf-8", "replace") for part in inner for name in part.namelist())

    def test_holds_the_four_items_and_no_petitioner(self, world, agreed):
        content = self.fetched(world, agreed).content
        found = self.tables(content)
        assert [name[0] for name in found] == ["1", "2", "3", "4"]
        leaders = next(rows for name, rows in found.items() if name.startswith("1"))
        assert [row[0] for row in leaders[1:]] == [self.report.number] and leaders[1][2] == world.housing.name
        units = next(rows for name, rows in found.items() if name.startswith("2"))
        assert [world.housing.name, 1, 1, 0, 1] in [row[:5] for row in units]
        text = self.everything(content)
        for secret in (CANARY, WORDS, "王秀兰", "13800138000", "13900139000"):
            assert secret not in text, secret
        assert "巡三函〔2026〕7号" in text and "王局长" in text

    def test_leaves_once_after_the_record(self, world, agreed):
        assert not AuditEntry.objects.filter(kind=AuditKind.EXPORTED).exists()
        assert self.fetched(world, agreed).status_code == 200
        assert AuditEntry.objects.get(kind=AuditKind.EXPORTED).subject == str(agreed)
        assert self.fetched(world, agreed).status_code == 410
        agreed.refresh_from_db()
        with pytest.raises(keeping.FileGone):
            keeping.open_kept(agreed)

    def test_leaves_once_though_two_windows_ask_at_the_same_moment(self, world, agreed, monkeypatch):
        assert agreed.state == "ready"  # as both have read it
        monkeypatch.setattr(keeping, "open_kept", lambda export: b"the same file")
        request = RequestFactory().post("/")
        request.officer = world.dai_liaises
        answers = [fetch(request, Export.objects.get(pk=agreed.pk)), fetch(request, agreed)]
        assert [answer.status_code for answer in answers] == [200, 302]
        assert AuditEntry.objects.filter(kind=AuditKind.EXPORTED).count() == 1

    def test_only_who_asked_may_fetch_it(self, world, agreed):
        assert self.fetched(world, agreed, world.wang_leads_office).status_code == 404

    def test_a_report_against_the_office_itself_is_not_in_it(self, world):
        against = world.file(
            "2026-03-03",
            purpose="accuse",
            title=WORDS,
            respondent={"unit": world.office.name, "organisation_id": world.office.pk},
        )
        asked = inspection.ask(
            by=world.dai_liaises, at=timezone.now(), organ="巡视组", document_number="1号", inspected=world.government,
            from_on=date(2026, 1, 1), to_on=date(2026, 6, 30), items=["leaders"], purpose="了解领导班子情况",
        )  # fmt: skip
        inspection.decide(asked.pk, by=world.wang_leads_office, at=timezone.now(), agrees=True, reason="同意")
        making.make_waiting(timezone.now())
        assert Export.objects.get().rows == 0 and against.matter_id not in Export.objects.get().matter_ids

    def test_an_approver_whose_post_ended_ends_the_approval(self, world):
        asked_by(world)
        decided_by(world.wang_leads_office, ExportRequest.objects.get())
        world.wang_leads_office.user.posts.update(active=False)
        making.make_waiting(timezone.now())
        made = Export.objects.get()
        assert made.state == ExportState.FAILED and "审批人的岗位已经停用" in made.problem
