"""Characters and numbers that nobody types: a form says what is wrong, an address is read without them, and nothing fails (checklist 35)."""

import pytest
from django import forms
from django.db import DataError, connection, transaction
from django.test import RequestFactory

from tests.world import World, client_of
from xinqiao.middleware import LastResort, _without_nul
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.stages import Role
from xinqiao.workbench.acts import fields

NO_KEYS = ("²", "١", "９", "9" * 40, "\x00", "", "-1", "x")


@pytest.fixture
def world(db):
    return World()


class TestKeysFromForms:
    def test_what_is_no_key_finds_nothing(self, world):
        organ, posts = fields.Organ(), fields.Posts()
        chosen = [*NO_KEYS, str(world.housing.pk)]
        fields.offer(organ, Organisation.objects.all(), chosen=chosen, search="", best=lambda _: 0)
        posts.offer(Officer.objects.all(), chosen=[*NO_KEYS, str(world.li_triages.pk)], search="", search_name="find")
        assert world.housing.pk in dict(organ.choices)
        assert [pk for pk, _ in posts.choices] == [world.li_triages.pk]

    @pytest.mark.parametrize("search", ["\x00", "住建\x00", "%", "_"])
    def test_any_search_is_answered(self, world, search):
        organ, posts = fields.Organ(), fields.Posts()
        fields.offer(organ, Organisation.objects.all(), chosen=[], search=search)
        posts.offer(Officer.objects.all(), chosen=[], search=search, search_name="find")
        assert isinstance(organ, forms.ModelChoiceField) and isinstance(posts.choices, list)

    def test_a_step_says_which_choice_is_wrong(self, world):
        matter = world.triaged()
        sent = {"to": "²", "version": matter.version, "reason": "属于住建部门的职责"}
        page = client_of(world.li_triages).post(f"/desk/cases/{matter.number}/steps/transfer/", sent)
        assert page.status_code == 422


class TestAddresses:
    def test_the_character_zero_is_left_out(self):
        assert _without_nul("q=%00%0%000a&b=1") == "q=a&b=1"

    def test_no_page_meets_it(self, world):
        leader = client_of(world.officer("odd", "孙又督查", world.office, Role.SUPERVISOR, Role.OFFICE_LEADER))
        odd = ("/desk/ledgers/new/?find=%00&number=a%00", "/desk/search/?q=%00", "/desk/?unit=%00&q=a%00b", "/answered/?q=%00")
        for path in odd:
            assert leader.get(path).status_code == 200, path

    def test_where_no_form_reads_it_the_sender_is_told(self, world):
        clerk = client_of(world.li_triages)
        page = clerk.post("/desk/bulk/", {"act": "transfer", "do": "take", "key": "a\x00b", "desk": "x", "listed": "x~1"})
        assert page.status_code < 500

        answer = LastResort(lambda request: None).process_exception
        request = RequestFactory().post("/desk/", {"note": "a\x00b"})
        with pytest.raises(DataError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT %s", [request.POST["note"]])
        assert answer(request, caught.value).status_code == 400
        assert answer(RequestFactory().post("/desk/", {"note": "ab"}), caught.value) is None, "a failure of ours stays one"
