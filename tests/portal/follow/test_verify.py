"""Is this letter genuine: what stands on it, never what it says; a void one says so."""

import pytest
from django.utils import timezone

from xinqiao.documents import letters
from xinqiao.documents.models import Document
from xinqiao.rules.numbering import print_code

from .conftest import day

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(world):
    matter = world.in_handling(day(5))
    return Document.objects.get(matter_id=matter.pk, kind="F-08")


class TestGenuine:
    def test_code_as_printed_leads_to_what_stands_on_the_letter(self, client, world, letter):
        asked = client.get("/letters/verify/", {"code": print_code(letter.verification_code).lower()})
        page = client.get(asked.url).content.decode()
        for shown in (letter.title, letter.number, world.housing.name, letter.data_digest[:8]):
            assert shown in page

    def test_it_never_says_what_the_letter_says(self, client, letter):
        page = client.get(f"/letters/verify/{letter.verification_code}/").content.decode()
        for hidden in ("王秀兰", "漏水", "屋顶", "徐承办", letter.data["matter_number"]):
            assert hidden not in page

    def test_void_letter_is_shown_as_void(self, client, letter):
        letters.void(letter, at=timezone.now(), reason="内部原因：承办人写错")
        page = client.get(f"/letters/verify/{letter.verification_code}/").content.decode()
        assert "已作废" in page and "承办人写错" not in page

    @pytest.mark.parametrize("code", ["000000000000", "1234", "UUUUUUUUUUUU", "%00", "您好"])
    def test_unknown_or_odd_code_is_404_with_advice(self, client, db, code):
        answer = client.get(f"/letters/verify/{code}/")
        assert answer.status_code == 404
        assert "查验码" in answer.content.decode()

    def test_too_many_are_delayed(self, client, letter):
        answers = [client.get("/letters/verify/000000000000/").status_code for _turn in range(61)]
        assert answers[-1] == 429 and set(answers[:-1]) == {404}
        assert client.get(f"/letters/verify/{letter.verification_code}/", REMOTE_ADDR="10.0.0.9").status_code == 200
