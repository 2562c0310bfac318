"""What somebody opened, or tried to, is on record; what cannot be masked stays shut (C-11, LG-6, checklist 54)."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.access.looking import MOBILE, NAME, entries, page, reveal, signed_in
from tests.world import World
from xinqiao.documents.models import Document
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters import files
from xinqiao.rules.audit import AuditKind
from xinqiao.rules.stages import Kind, Purpose, Role, Step

pytestmark = pytest.mark.django_db
NOBODYS = "990100202603029999X"


@pytest.fixture
def world():
    return World()


class TestOpening:
    def test_is_one_entry_an_hour_for_each_officer(self, world):
        matter = world.in_handling()
        for _again in range(3):
            page(signed_in(world.xu_handles), matter)
        page(signed_in(world.qian_receives), matter)
        opened = entries(AuditKind.OPENED_FILE, matter_id=matter.pk)
        assert [one.officer_id for one in opened] == [world.xu_handles.pk, world.qian_receives.pk]

    def test_says_nothing_of_what_was_read(self, world):
        matter = world.in_handling()
        client = signed_in(world.xu_handles)
        reveal(client, matter)
        page(client, matter)
        kept = " ".join(str(value) for row in AuditEntry.objects.values_list() for value in row)
        for text in (NAME, MOBILE, "漏水", matter.number):
            assert text not in kept, text


class TestPapers:
    def letter(self, client, matter, kind):
        found = Document.objects.filter(matter_id=matter.pk, kind=kind).latest("pk")
        return client.get(reverse("workbench:letter", args=[found.pk, "pdf"]))

    def test_a_letter_with_the_name_is_on_record(self, world):
        matter, client = world.in_handling(), signed_in(world.xu_handles)
        assert self.letter(client, matter, "F-08").content.startswith(b"%PDF")
        assert json.loads(entries(AuditKind.READ_LETTER).get().detail_text) == {"kind": "F-08"}

    def test_a_letter_about_a_report_is_on_record_though_it_names_nobody(self, world):
        matter = world.triaged("2026-03-03", kind=Kind.REPORT)
        world.take(Step.TRANSFER_DISCIPLINE, matter.pk, world.dai_liaises, "2026-03-05", to=world.discipline)
        assert self.letter(signed_in(world.dai_liaises), matter, "F-05").status_code == 200
        assert entries(AuditKind.READ_LETTER).get().fields == "text"

    def test_the_form_with_the_whole_identity_asks_what_for(self, world):
        matter, client = world.in_handling(), signed_in(world.xu_handles)
        asked = self.letter(client, matter, "F-01")
        assert asked.status_code == 302
        form = client.get(asked["Location"]).content.decode()
        number = re.search(r'name="letter" value="(\d+)"', form)[1]
        answer = reveal(client, matter, purpose="file", letter=number)
        assert answer["Location"] == reverse("workbench:letter", args=[int(number), "pdf"])
        assert client.get(answer["Location"]).content.startswith(b"%PDF")
        assert entries(AuditKind.READ_LETTER).get().reason

    def test_who_sees_names_masked_gets_no_letter_that_says_one(self, world):
        matter = world.in_handling()
        client = signed_in(world.sun_supervises)
        for kind in ("F-01", "F-03", "F-08"):
            assert self.letter(client, matter, kind).status_code == 404, kind

    def test_a_letter_of_before_secrecy_was_asked_for(self, world):
        matter = world.in_handling()
        type(matter).objects.filter(pk=matter.pk).update(secrecy=True)
        assert self.letter(signed_in(world.xu_handles), matter, "F-08").status_code == 404

    def test_previews_never_say_it(self, world):
        from xinqiao.rules.stages import Step
        from xinqiao.workbench.acts.preview import for_reader
        from xinqiao.workbench.acts.situation import Situation

        matter = world.in_handling()
        here = Situation(Step.EXTEND, matter, world.xu_handles, None)
        data = {
            "addressee": NAME,
            "handler_phone": "0990-5550123",
            "petitioners": [{"name": NAME, "phone": MOBILE}],
            "body": f"经与{NAME}（{MOBILE}）联系",
        }
        shown = json.dumps(for_reader(data, here), ensure_ascii=False)
        assert NAME not in shown and MOBILE not in shown
        assert "0990-5550123" in shown, "the office's own telephone stays"


class TestAttachments:
    def test_each_download_is_on_record_and_an_analyst_gets_none(self, world):
        stored = files.store(SimpleUploadedFile("身份证.txt", b"x"), name="身份证.txt")
        matter = world.in_handling(attachments=[stored])
        url = reverse("workbench:file", args=[matter.attachments.get().pk])
        client = signed_in(world.xu_handles)
        client.get(url)
        client.get(url)
        assert entries(AuditKind.READ_ATTACHMENT, matter_id=matter.pk).count() == 2
        analyst = signed_in(world.officer("ana", "分析", world.office, Role.ANALYST))
        assert analyst.get(url).status_code == 404
        shown = page(analyst, matter)
        assert "身份证.txt" not in shown
        assert url not in shown


class TestAnalyst:
    """B.3 "M": the text without names, telephones and document numbers; no letters, no opinions."""

    def test_reads_a_text_that_tells_nobody(self, world):
        canaries = [
            NAME,
            "王 秀 兰",
            MOBILE,
            "138 0013 8000",
            "１３８００１３８０００",
            "110101199003074258",
            "0990-5550199",
            "wang@example.com",
        ]
        matter = world.served(content="我是" + "，".join(canaries) + "。屋顶漏水。")
        shown = page(signed_in(world.officer("ana", "分析", world.office, Role.ANALYST)), matter)
        for canary in canaries:
            assert canary not in shown, canary
        assert "屋顶漏水" in shown
        assert "更换防水层" not in shown, "opinions are counts only"
        assert "写内部备注" not in shown


class TestRefused:
    def test_hidden_and_missing_are_both_noted_with_the_same_work_and_the_same_page(self, world):
        matter, client = world.in_handling(), signed_in(world.wu_at_police)
        client.get("/desk/messages/")
        client.get(reverse("workbench:case", args=[NOBODYS]))  # the very first entry of an organisation begins its chain
        for name in ("case", "reveal", "why", "opinion"):
            answers = []
            for number in (matter.number, NOBODYS):
                with CaptureQueriesContext(connection) as said:
                    answers.append(client.get(reverse(f"workbench:{name}", args=[number])))
                answers.append(len(said))
            (hidden, work), (missing, same) = answers[:2], answers[2:]
            assert (hidden.status_code, missing.status_code, work) == (404, 404, same), name
            strip = lambda answer: re.sub(r'value="[^"]*"', "", answer.content.decode())  # noqa: E731
            assert strip(hidden) == strip(missing)
        noted = list(entries(AuditKind.REFUSED).values_list("matter_id", "subject"))
        assert (matter.pk, f"number:{matter.number}") in noted
        assert (None, f"number:{NOBODYS}") in noted
        assert len(noted) == 9

    def test_letters_and_files_too_and_never_what_the_visitor_typed(self, world):
        matter, client = world.in_handling(), signed_in(world.wu_at_police)
        letter = Document.objects.filter(matter_id=matter.pk).first()
        client.get(reverse("workbench:letter", args=[letter.pk, "pdf"]))
        client.get(reverse("workbench:file", args=[10**12]))
        client.get("/desk/cases/王秀兰13800138000/")
        subjects = list(entries(AuditKind.REFUSED).values_list("matter_id", "subject"))
        assert subjects == [(matter.pk, f"letter:{letter.pk}"), (None, f"file:{10**12}"), (None, "number:?")]

    def test_what_one_may_open_but_is_not_there_is_no_refusal(self, world):
        matter = world.in_handling()
        client = signed_in(world.xu_handles)
        client.get(reverse("workbench:step", args=[matter.number, "nonsense"]))
        client.get(reverse("workbench:report", args=[matter.number]))
        assert not entries(AuditKind.REFUSED).exists()


def test_a_report_is_not_read_on_the_page_of_a_step(world):
    report = world.triaged(kind=Kind.REPORT, purpose=Purpose.ACCUSE, content="金丝雀二号收了钱")
    for officer in (world.dai_liaises, world.wang_leads_office, world.li_triages):
        for step in ("transfer_discipline", "split", "classify"):
            answer = signed_in(officer).get(reverse("workbench:step", args=[report.number, step]))
            assert "金丝雀二号" not in answer.content.decode(), (officer, step)
