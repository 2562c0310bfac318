"""Two presses at the same moment, two files at the same moment: one petition, no file too many."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.matters.test_files import PDF
from tests.portal.walk import Walk, url
from tests.world import World
from xinqiao.matters import files
from xinqiao.matters.models import Matter
from xinqiao.portal import drafts
from xinqiao.portal.models import DraftFile

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def walk(tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path
    return Walk(World())


def at_once(walk: Walk, times: int, act) -> list:
    """`act(client)` in so many threads, all with the cookie of this browser."""

    def one(_number):
        client = Client()
        client.cookies = walk.client.cookies.copy()
        try:
            return act(client)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


class TestTogether:
    def test_four_presses_make_one_petition_and_show_one_receipt(self, walk):
        walk.fill()
        answers = at_once(walk, 4, lambda client: client.post(url("check")))
        assert {(one.status_code, one.url) for one in answers} == {(302, url("receipt"))}
        assert Matter.objects.count() == 1

    def test_the_last_place_for_a_file_is_given_once(self, walk, monkeypatch):
        monkeypatch.setattr(drafts, "FILES_AT_MOST", 2)
        walk.begin()
        answers = at_once(
            walk, 4, lambda client: client.post(url("upload"), {"file": SimpleUploadedFile("a.pdf", PDF)})
        )
        assert sorted(one.status_code for one in answers) == [200, 200, 422, 422]
        assert DraftFile.objects.count() == 2
        assert files.orphans(also_kept=drafts.names_of_files()) == (set(), set())

    def test_autosave_of_two_pages_loses_neither(self, walk):
        walk.begin()
        pages = iter([("story", {"content": "屋顶漏水"}), ("you", {"name": "王秀兰"})])

        def write(client):
            slug, typed = next(pages)
            return client.post(url("autosave", slug), typed)

        at_once(walk, 2, write)
        assert "屋顶漏水" in walk.open("story").content.decode()
        assert "王秀兰" in walk.open("you").content.decode()
