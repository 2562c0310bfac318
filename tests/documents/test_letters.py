"""Drafting, numbering, issuing, voiding and finding official documents."""

import copy
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from tests.documents.samples import SAMPLES
from xinqiao.documents import letters
from xinqiao.documents.models import Document, DocumentSeries, Status
from xinqiao.rules.document_contents import DOCUMENTS, KEYS, SealKind
from xinqiao.rules.refusals import StepRefused

NOON = datetime(2026, 3, 18, 4, tzinfo=UTC)


def made(kind="F-08", *, matter_id=7, organisation_id=3, at=NOON, **changes):
    data = copy.deepcopy(SAMPLES[kind]) | changes
    return letters.make(kind, matter_id=matter_id, organisation_id=organisation_id, org_short="临建", data=data, at=at)


@pytest.mark.django_db
class TestMake:
    @pytest.mark.parametrize("kind", sorted(DOCUMENTS))
    def test_issues_every_document_of_the_table(self, kind):
        document = made(kind)
        row = DOCUMENTS[kind]

        assert document.status == Status.ISSUED
        assert document.issued_at == NOON
        assert bool(document.number) == bool(row.type_word)
        assert bool(document.verification_code) == (row.seal is not SealKind.NONE or row.form == "slip")
        assert document.data_digest

    def test_numbers_without_gaps_per_organ_type_and_year(self):
        numbers = [made(matter_id=matter).number for matter in (1, 2, 3)]
        other_type = made("F-10", matter_id=1).number
        other_organ = made(matter_id=4, organisation_id=4).number
        next_year = made(matter_id=5, issued_on="2027-01-04", at=datetime(2027, 1, 4, 4, tzinfo=UTC)).number

        assert numbers == ["临建信受〔2026〕1号", "临建信受〔2026〕2号", "临建信受〔2026〕3号"]
        assert (other_type, other_organ, next_year) == (
            "临建信不受〔2026〕1号",
            "临建信受〔2026〕1号",
            "临建信受〔2027〕1号",
        )

    def test_a_step_that_fails_afterwards_gives_its_number_back(self):
        def fail():
            with transaction.atomic():
                made()
                raise LookupError

        with pytest.raises(LookupError):
            fail()
        assert made().number == "临建信受〔2026〕1号"
        assert DocumentSeries.objects.get().last == 1

    def test_refuses_and_names_what_is_missing(self):
        with pytest.raises(StepRefused, match="还缺少：期限") as refusal:
            made(due_on="")
        assert refusal.value.code == "document_incomplete"
        assert not Document.objects.exists()

    @pytest.mark.parametrize(
        ("kind", "key"), [("F-16", "signer"), ("F-10", "legal_basis"), ("F-21", "witnesses"), ("F-14", "reasons")]
    )
    def test_names_the_label_of_the_field(self, kind, key):
        with pytest.raises(StepRefused, match=KEYS[key].label):
            made(kind, **{key: None})

    def test_refuses_an_agreement_that_waives_the_right_to_petition(self):
        with pytest.raises(StepRefused, match="息诉罢访"):
            made("F-25", terms=["息诉罢访"])

    def test_refuses_an_organ_without_short_name(self):
        with pytest.raises(StepRefused, match="机关简称"):
            letters.make("F-08", matter_id=1, organisation_id=1, org_short="", data=SAMPLES["F-08"], at=NOON)

    def test_dates_the_letter_on_the_day_in_shanghai(self):
        late = datetime(2026, 3, 18, 17, tzinfo=UTC)  # already the 19th in Shanghai
        assert made(issued_on=None, at=late).data["issued_on"] == "2026-03-19"

    def test_refuses_a_day_that_is_none(self):
        with pytest.raises(StepRefused, match="昨天"):
            made(issued_on="昨天")

    def test_takes_days_as_dates_and_drops_what_the_database_cannot_keep(self):
        document = made(due_on=date(2026, 5, 9), body=["好\x00的\ud800"])
        document.refresh_from_db()
        assert document.data["due_on"] == "2026-05-09"
        assert document.data["body"] == ["好的?"]

    def test_generates_the_remedy_whatever_was_typed(self):
        document = made("F-16", remedy="没有任何救济")
        assert "30日内" in document.data["remedy"]
        assert not any("没有任何救济" in str(block) for block in document.text)


@pytest.mark.django_db
class TestIssue:
    def draft(self, **changes):
        data = SAMPLES["F-08"] | changes
        return letters.draft("F-08", matter_id=7, organisation_id=3, org_short="临建", data=data, at=NOON, by_id=5)

    def test_keeps_every_version(self):
        first, second = self.draft(), self.draft(handler_name="赵磊")
        letters.issue(second, at=NOON)

        assert [each.version for each in letters.versions(7, "F-08")] == [1, 2]
        assert first.created_by_id == 5
        assert Document.objects.get(pk=first.pk).status == Status.DRAFT

    def test_is_refused_the_second_time(self):
        document = letters.issue(self.draft(), at=NOON)
        with pytest.raises(StepRefused, match="已经签发"):
            letters.issue(document, at=NOON)

    def test_a_draft_may_be_incomplete_but_not_be_issued(self):
        document = self.draft(requests=[])
        with pytest.raises(StepRefused, match="诉求"):
            letters.issue(document, at=NOON)
        assert Document.objects.get(pk=document.pk).number == ""

    def test_the_database_refuses_an_issued_document_without_digest(self):
        document = self.draft()
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=document.pk).update(status=Status.ISSUED)

    def test_the_digest_covers_what_is_said(self):
        first, second = made(matter_id=1), made(matter_id=2, handler_name="赵磊")
        assert first.data_digest != second.data_digest


@pytest.mark.django_db
class TestById:
    def test_opens_a_document_only_with_its_matter(self):
        document = made(matter_id=7)
        assert letters.by_id(document.pk, matter_id=7) == document
        with pytest.raises(Document.DoesNotExist):
            letters.by_id(document.pk, matter_id=8)


@pytest.mark.django_db
class TestFindByCode:
    def test_finds_the_letter_however_the_code_was_typed(self):
        document = made()
        code = document.verification_code
        for typed in (code, code.lower(), f" {code[:4]}-{code[4:8]} {code[8:]} "):
            assert letters.find_by_code(typed) == document

    @pytest.mark.parametrize("typed", ["", "0000", "0" * 12, "你好", "0" * 5000, "' OR 1=1 --"])
    def test_finds_nothing_for_anything_else(self, typed):
        made()
        assert letters.find_by_code(typed) is None

    def test_a_void_letter_is_found_and_says_so(self):
        document = letters.void(made(), at=NOON, reason="受理日期有误，另行出具。")
        assert letters.find_by_code(document.verification_code).status == Status.VOID
        with pytest.raises(StepRefused):
            letters.void(document, at=NOON, reason="再次")


@pytest.mark.django_db
class TestRenderPdf:
    def test_same_letter_same_bytes_even_when_the_file_is_lost_or_changed(self):
        document = made()
        first = letters.render_pdf(document)
        file = Path(settings.XINQIAO_FILES) / "letters" / document.pdf_path
        assert first.startswith(b"%PDF")
        assert letters.render_pdf(Document.objects.get(pk=document.pk)) == first

        file.write_bytes(b"%PDF forged")
        assert letters.render_pdf(Document.objects.get(pk=document.pk)) == first
        file.unlink()
        assert letters.render_pdf(Document.objects.get(pk=document.pk)) == first

    def test_leaves_no_temporary_file_behind(self):
        document = made()
        letters.render_pdf(document)
        folder = (Path(settings.XINQIAO_FILES) / "letters" / document.pdf_path).parent
        assert list(folder.glob(".letter-*")) == []

    def test_a_draft_is_not_stored(self):
        document = letters.draft(
            "F-08", matter_id=7, organisation_id=3, org_short="临建", data=SAMPLES["F-08"], at=NOON
        )
        assert letters.render_pdf(document).startswith(b"%PDF")
        assert document.pdf_path is None
