"""What a page offers, its reader may open: no link or search leads a post to the page for what does not exist."""

import re

import pytest

from tests.world import World, client_of
from xinqiao.rules.stages import Role

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|action)="(/desk/[^"#]*)"')
ONLY_SENT_TO = ("/logout/", "/post/", "/notes/")  # forms; opened by hand they are a 405


def test_links_of_the_first_pages_open():
    world = World()
    matter = world.signed_in()
    posts = [world.officer("offered1", "林研判", world.office, Role.ANALYST), world.officer("offered2", "马承办", world.housing, Role.HANDLER)]
    lost = []
    for post in posts:
        reader, seen = client_of(post), set()
        for page in ("/desk/", "/desk/ledgers/", f"/desk/cases/{matter.number}/"):
            answer = reader.get(page)
            seen |= set(LINK.findall(answer.content.decode().replace("&amp;", "&"))) if answer.status_code == 200 else set()
        wanted = {one.split("?")[0] for one in seen if not one.endswith(ONLY_SENT_TO)}
        lost += [f"{post.user.name}: {one}" for one in sorted(wanted) if reader.get(one).status_code == 404]
        assert len(wanted) > 5
    assert not lost
