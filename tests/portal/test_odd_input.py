"""Whatever somebody sends, the answer is a page that says what to do, never a failure of ours."""

import pytest

from tests.portal.follow.conftest import day, visit, world  # noqa: F401
from tests.portal.walk import Walk, url

pytestmark = pytest.mark.django_db

ODD = (
    "", "\x00", "a\x00b", "²", "٣٤٥", "１２３", "-1", "9" * 30, "1e9", "NaN", "中" * 30_000, "🙂𠮷" * 30,
    "\u202e\u200b\ufeff", "\r\n\r\n", "<script>alert(1)</script>", "{% now %}", "\x1b[0m", "on", "yes", "satisfied",
)  # fmt: skip
FILING = {
    "kind": ("purpose",),
    "elsewhere": ("danger", "court"),
    "place": ("place", "detail", "into", "act"),
    "story": ("content", "reasons"),
    "requests": ("request_0", "request_999", "act"),
    "files": ("listed", "attachments", "act"),
    "who": ("who",),
    "you": ("name", "mobile", "address", "id_type", "id_number", "anonymous"),
    "principal": ("name", "mobile", "relation"),
    "respondent": ("name", "unit", "organisation", "act"),
    "together": ("headcount", "others", "name_0", "mobile_0"),
    "wishes": ("secrecy", "publish", "electronic", "email"),
}
ACTS = ("ask", "supplement", "rate/unit", "rate/x", "withdraw", "claim", "review")
ACT_FIELDS = ("text", "version", "once", "act", "kept", "organ", "request", "facts_text", "late_reason", "free_will",
              "promised", "promise_or_threat", "value", "reason", "comment")  # fmt: skip


@pytest.fixture(autouse=True)
def files_aside(settings, tmp_path, monkeypatch):
    settings.XINQIAO_FILES = tmp_path
    monkeypatch.setattr("xinqiao.people.limits.allow", lambda *_, **__: True)


def odd_forms(names, right: dict):
    """Every odd value in all fields at once, and the worst in one field of an otherwise right form."""
    yield from (dict.fromkeys(names, odd) for odd in ODD)
    yield from ({**right, name: "\x00"} for name in names)


def test_the_pages_of_the_filing(world):  # noqa: F811
    walk = Walk(world)
    walk.fill()
    for slug, names in FILING.items():
        right = walk.answers().get(slug, {})
        for sent in odd_forms(names, right):
            assert walk.answer(slug, **sent).status_code in (302, 422), (slug, str(sent)[:80])
        for odd in ("\x00", "²", "9" * 30):
            walk.answer(slug, **dict.fromkeys(names, odd))
            for page in (url("file", slug), url("check")):
                assert walk.client.get(page).status_code in (200, 302), (slug, odd)


def test_the_acts_on_a_matter(world, visit):  # noqa: F811
    visitor = visit(world.served, day(50), issued=day(11), served=day(10))
    for act in ACTS:
        for sent in odd_forms(ACT_FIELDS, {"text": "情况", "value": "satisfied"}):
            assert visitor.post(f"{act}/", sent).status_code in (200, 302, 404, 405, 409, 422), (act, str(sent)[:80])
        assert visitor.get(f"{act}/", value="\x00", text="\x00").status_code in (200, 302, 404, 405)
    assert visitor.get().status_code == 200


@pytest.mark.parametrize("path", ["/track/", "/account/login/", "/account/claim/", "/letters/verify/"])
def test_the_doors(path, client, db):
    for odd in ODD:
        fields = dict.fromkeys(("number", "code", "mobile"), odd)
        assert client.post(path, fields).status_code in (200, 302, 405, 422), odd[:20]
        assert client.get(path, {**fields, "next": odd}).status_code in (200, 302, 414, 422), odd[:20]
