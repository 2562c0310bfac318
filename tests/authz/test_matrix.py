"""Every identity tries every way in, at every matter: what the table denies is not there, and no answer holds a word too many.

One pass over the fixture of `xinqiao seed-authz`. A cell is one identity at one entrance of one object by one method. What must happen is
worked out in `oracle.py` from the tables; here it is only asked, counted and compared. Steps are tried by those who may not take them.
"""

import io
import re
import time
import zipfile
from collections import Counter
from datetime import date
from functools import partial

import pytest
from django.db import transaction
from django.template import Template
from django.test import Client
from django.test.utils import _TestState
from django.urls import reverse
from pypdf import PdfReader

from tests.authz.oracle import FULL, NONE, Oracle, Who
from xinqiao import errors
from xinqiao.matters.models import Event
from xinqiao.notifications import inbox
from xinqiao.rules.entrances import ENTRANCES
from xinqiao.rules.moves import MOVES
from xinqiao.rules.numbering import make_matter_number
from xinqiao.rules.stages import Role, Step
from xinqiao.workbench import tally

pytestmark = pytest.mark.django_db

OFFICER_STEPS = sorted({move.step for move in MOVES if move.roles - {Role.CITIZEN, Role.SYSTEM}})
WRONG_STEPS = (
    Step.ACCEPT,
    Step.TRANSFER,
    Step.TRANSFER_DISCIPLINE,
)  # tried with POST by whoever may not see the matter
WRONG_AT_MOST = 2  # of the steps that a reader of the matter has no role for, so many with POST, others at every matter
# Of the other prefecture, enough posts and matters to show that nothing goes across; of the own one, all.
OF_THE_OTHER = ("handled", "report", "secret")
POSTS_OF_THE_OTHER = (
    "handler", "accused_officer", "registrar", "triage", "office_leader", "liaison", "supervisor", "auditor",
)  # fmt: skip
DRAWN = ("workbench:opinion_page", "workbench:opinion_pdf", "workbench:opinion_word")  # slow to make: at one draft
POSTS_WITH_FEW = (
    "mediator", "joint_conference", "judicial", "personnel", "village", "archivist", "reviewer", "leader", "auditor",
    "system_administrator", "security_administrator", "receiver", "unit_head", "disabled",
)  # fmt: skip
SEARCHED = ("a-secret", "a-report", "b-handled")
PORTAL_GET = (
    "matter", "reckoning", "supplement", "ask", "object", "confirm", "dispute", "withdraw", "resume", "review", "recheck", "looked",
    "my_data", "my_data_copy", "proof",
)  # fmt: skip
OTHERS_IN_TURN = 3  # what is another's is tried at every third address beside the matter's page, at other ones each time
CSRF = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]+"')
AT_LEAST = 4_000


def nowhere(field: str, tenant: str, number: str) -> str:
    """A word of the same shape as a canary that stands in no matter."""
    return {
        "title": f"canary-{tenant}99-title",
        "number": make_matter_number(number[:6], date(2026, 1, 1), 99_999),
        "name": "雒鑫淼",
    }[field]


class Run:
    """One walk through everything, by one process. `cells` counts, `wrong` says what was not as the table promises."""

    def __init__(self, fixture: dict):
        self.oracle = Oracle(fixture)
        self.fixture = fixture
        self.cells: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.nothing: dict[tuple[str, str, str], tuple] = {}
        self.people = [
            who
            for who in self.oracle.people
            if who.told["tenant"] != "b" or who.key[2:] in POSTS_OF_THE_OTHER or who.sort == "citizen"
        ]
        self.pages, self.begun, self.turn = self._case_pages(), set(), 0
        self.clients = {who.key: self._client(number, who) for number, who in enumerate(self.people)}
        self.events = dict(Event.objects.values_list("matter_id").annotate(n=_count()))

    def _client(self, number: int, who: Who) -> Client:
        client = Client(REMOTE_ADDR=f"10.9.{number // 250}.{number % 250 + 1}")
        if who.sort == "officer":
            from xinqiao.organisations.models import User

            client.force_login(User.objects.get(pk=who.told["user_id"]))
        if who.sort == "citizen":
            for typed, code in who.told["query_codes"].items():
                answer = client.post(reverse("portal:track"), {"number": typed, "code": code})
                assert answer.status_code == 302, f"{who.key}: {answer.status_code}"
        return client

    def matters(self, who: Who) -> list[dict]:
        """All of the own prefecture, some of the other; for posts that stand outside most cases, and from outside, fewer."""
        own = "b" if who.told["tenant"] == "b" else "a"
        few = own == "b" or who.key[2:] in POSTS_WITH_FEW
        return [
            made
            for made in self.oracle.matters
            if made["key"][2:] in OF_THE_OTHER or (made["tenant"] == own and (not few or self.oracle.sees(who, made)))
        ]

    # ---- one cell -------------------------------------------------------------------------------------------------------

    def ask(
        self, who: Who, sort: str, path: str, *, data=None, echo: str = "", denied: bool = False, ok=None, source: str = "", **headers
    ):
        """Ask once; note what leaks, what is not refused, what is refused. `echo`: a word that was typed and may come back; `source`: another address."""
        self.cells[sort] += 1
        client = self.clients[who.key]
        if data is None:
            answer = client.get(path, headers=headers, **({"REMOTE_ADDR": source} if source else {}))
        else:
            with transaction.atomic():
                answer = client.post(path, data, headers=headers)
                transaction.set_rollback(True)
        body = _text(answer) + str(dict(answer.headers))
        if echo:
            body = body.replace(echo, "")
        told = f"{who.key} {'GET' if data is None else 'POST'} {path} ({answer.status_code})"
        if answer.status_code >= 500:
            self.wrong.append(f"{told}: fails")
        if leaked := self.oracle.leaks(who, body):
            self.wrong.append(f"{told}: leaks {sorted(leaked)[:4]}")
        if denied and not self._is_refused(who, answer):
            self.wrong.append(f"{told}: is not refused")
        if ok and answer.status_code not in ok:
            self.wrong.append(f"{told}: should be {ok}")
        return answer

    def _is_refused(self, who: Who, answer) -> bool:
        """The 404 page, or 405 where only forms are sent to, whatever the number; else the log-in. "Too fast" (429) would hide what is asked here."""
        if who.sort == "officer" and who.active:
            return answer.status_code in (404, 405)
        return answer.status_code in (404, 405) or (
            answer.status_code == 302 and "/login/" in answer.headers["Location"]
        )

    # ---- officers' pages -------------------------------------------------------------------------------------------------

    def desk(self, who: Who, made: dict) -> None:
        """Every address of the workbench that names this matter. Of what is hidden: the page, and one other way in turn."""
        seen = self.oracle.sees(who, made)
        ways = self._ways(who, made, seen)
        self._page(who, made, "workbench:case")
        if not seen:
            self.turn += 1
            ways = [ways[self.turn % len(ways)]]
        for way in ways:
            way()

    def _ways(self, who: Who, made: dict, seen: bool) -> list:
        """What else can be tried at one matter, each as something to call."""
        pages = [partial(self._page, who, made, name) for name in self._pages_at(who, made, seen)]
        steps = [partial(self.take, who, made, step) for step in self._wrong_steps(who, seen, made)]
        letters = [partial(self._letter, who, made, one["id"]) for one in made["letters"][:1]]
        return [
            *pages,
            partial(self._note, who, made),
            *steps,
            *letters,
            *(partial(self._file, who, made, pk) for pk in made["files"]),
        ]

    def _may(self, who: Who, made: dict, name: str) -> bool:
        return self.oracle.sees(who, made) and self.oracle.enters(who, name)

    def _page(self, who: Who, made: dict, name: str) -> None:
        may, seen = self._may(who, made, name), self.oracle.sees(who, made)
        ok = (200,) if may and name == "workbench:case" else None
        self.ask(
            who, name, self._address(name, made["number"]), echo="" if seen else made["number"], denied=not may, ok=ok
        )

    def _note(self, who: Who, made: dict) -> None:
        path = reverse("workbench:note", args=[made["number"]])
        echo = "" if self.oracle.sees(who, made) else made["number"]
        self.ask(
            who,
            "workbench:note POST",
            path,
            data={"text": "试一试"},
            echo=echo,
            denied=not self._may(who, made, "workbench:note"),
        )

    def _letter(self, who: Who, made: dict, letter: int) -> None:
        """302: the letter says who it is, and the reason is asked for first."""
        may = self._may(who, made, "workbench:letter")
        ok = (200, 302) if may and self.oracle.identity(who, made) == FULL else None
        self.ask(who, "workbench:letter", reverse("workbench:letter", args=[letter, "docx"]), denied=not may, ok=ok)

    def _file(self, who: Who, made: dict, file: int) -> None:
        may = self._may(who, made, "workbench:file") and self.oracle.reaches(who, made, "attachment") > NONE
        self.ask(
            who,
            "workbench:file",
            reverse("workbench:file", args=[file]),
            denied=not may,
            ok=(200, 302) if may else None,
        )

    def take(self, who: Who, made: dict, step: Step) -> None:
        """Try a step that is not this identity's; nothing may happen to the matter."""
        path, denied = (
            reverse("workbench:step", args=[made["number"], step.value]),
            not self._may(who, made, "workbench:step"),
        )
        self.cells["workbench:step POST"] += 1
        with transaction.atomic():
            answer = self.clients[who.key].post(path, {"version": "1", "reason": "这是一个够长的理由，用来试一试"})
            changed = Event.objects.filter(matter_id=made["matter_id"]).count() != self.events[made["matter_id"]]
            transaction.set_rollback(True)
        if changed:
            self.wrong.append(f"{who.key} took {step} of {made['key']}")
        if denied and not self._is_refused(who, answer):
            self.wrong.append(f"{who.key} POST {path} ({answer.status_code}): is not refused")
        if leaked := self.oracle.leaks(who, _text(answer).replace(made["number"], "")):
            self.wrong.append(f"{who.key} POST {path}: leaks {sorted(leaked)[:4]}")

    def _wrong_steps(self, who: Who, seen: bool, made: dict) -> list[Step]:
        """Steps for which no role of this identity is named; other ones at every matter, so that all have their turn."""
        if who.sort != "officer" or not seen:
            return list(WRONG_STEPS)
        wrong = [
            step for step in OFFICER_STEPS if not any(move.step is step and move.roles & who.roles for move in MOVES)
        ]
        first = self.oracle.matters.index(made) * WRONG_AT_MOST % max(len(wrong), 1)
        return (wrong + wrong)[first : first + WRONG_AT_MOST]

    def _pages_at(self, who: Who, made: dict, seen: bool) -> list[str]:
        """Pages beside the matter's own. At the first matter that somebody sees, all; then one, another at every matter."""
        others = [name for name in self.pages if name not in DRAWN and name != "workbench:case"]
        if not seen:
            return others
        if made["key"] == "a-secret":
            return list(DRAWN)
        if who.key not in self.begun:
            self.begun.add(who.key)
            return others
        return [others[self.oracle.matters.index(made) % len(others)]]

    @staticmethod
    def _case_pages() -> list[str]:
        """Addresses of the workbench with the number of a matter and nothing else that a form would have to send."""
        found = []
        for name in ENTRANCES:
            if name.startswith("workbench:") and name not in ("workbench:note", "workbench:step"):
                try:
                    Run._address(name, "1")
                except Exception:
                    continue
                found.append(name)
        return found

    @staticmethod
    def _address(name: str, number: str) -> str:
        more = {"workbench:opinion_page": [1]}.get(name, [])
        path = reverse(name, args=[number, *more])
        if f"cases/{number}/" not in path:
            raise ValueError(name)
        return path

    def lists(self, who: Who) -> None:
        """The first page with every shelf, the bell, the search for words that are there and for words that are not."""
        from xinqiao.workbench import shelves

        enters = self.oracle.enters(who, "workbench:queue")
        for shelf in shelves.SHELVES:
            if shelf.roles and not shelf.roles & who.roles and shelf is not shelves.SHELVES[0]:
                continue
            self.ask(who, "workbench:queue", f"{reverse('workbench:queue')}?shelf={shelf.key}", denied=not enters)
        self.ask(who, "workbench:messages", reverse("workbench:messages"), denied=not enters)
        may = self.oracle.enters(who, "workbench:search")
        for made in (one for one in self.oracle.matters if one["key"] in SEARCHED):
            hidden = not (may and self.oracle.sees(who, made))
            for field in ("title", "number", "name"):
                word = made["number"] if field == "number" else made["canaries"][field]
                path = f"{reverse('workbench:search')}?q={word}"
                answer = self.ask(who, f"search by {field}", path, echo=word, denied=not may)
                if may and hidden and _plain(answer, word) != self._nothing(who, field, made):
                    self.wrong.append(f"{who.key} searching {field} of {made['key']}: not as if it were not there")

    def _nothing(self, who: Who, field: str, made: dict) -> tuple:
        """The answer to a word of the same shape that stands nowhere."""
        key = (who.key, field, made["tenant"])
        if key not in self.nothing:
            word = nowhere(field, made["tenant"], made["number"])
            self.nothing[key] = _plain(self.clients[who.key].get(f"{reverse('workbench:search')}?q={word}"), word)
        return self.nothing[key]

    # ---- citizens' pages -------------------------------------------------------------------------------------------------

    def portal(self, who: Who, made: dict) -> None:
        """Every address of the portal that names this matter. Of what is another's: the page, and some other ways in turn."""
        own = self.oracle.sees(who, made) and who.sort == "citizen"
        names = PORTAL_GET
        if not own:
            self.turn += 1
            names = [name for place, name in enumerate(PORTAL_GET) if not place or (place + self.turn) % OTHERS_IN_TURN == 0]
        for name in names:
            if f"portal:{name}" in ENTRANCES:
                try:
                    path = reverse(f"portal:{name}", args=[made["number"]])
                except Exception:
                    continue
                self.ask(
                    who,
                    f"portal:{name}",
                    path,
                    echo="" if own else made["number"],
                    denied=not own,
                    ok=(200,) if own and name == "matter" else None,
                )
        for name in ("supplement", "ask", "withdraw"):
            if not own:
                self.ask(
                    who,
                    f"portal:{name} POST",
                    reverse(f"portal:{name}", args=[made["number"]]),
                    data={"text": "试"},
                    denied=True,
                )
        for letter in made["letters"]:
            self.ask(
                who, "portal:letter", reverse("portal:letter", args=[made["number"], letter["id"]]), denied=not own
            )
        for file in made["files"]:
            path = reverse("portal:attachment", args=[made["number"], file])
            self.ask(who, "portal:attachment", path, denied=not own, ok=(200,) if own else None)

    def open_to_all(self, who: Who) -> None:
        for letter in (one for made in self.oracle.matters for one in made["letters"]):
            if letter["code"]:
                self.ask(who, "portal:verify", reverse("portal:verify", args=[letter["code"]]))
        for name in ("portal:home", "portal:help", "portal:law", "portal:track", "portal:account", "api:organisations"):
            self.ask(who, name, reverse(name))
        for place, made in enumerate(self.oracle.matters):
            path = reverse("api:follow", args=[made["number"]])
            wrong, source = {"X-Query-Code": "0000000000000000"}, f"10.8.{self.people.index(who)}.{place + 1}"  # each guess from elsewhere: no limit is met
            self.ask(who, "api:follow", path, denied=True, source=source, **wrong)


def _once(function, key):
    """The function, asked once for each key."""
    kept = {}

    def answer(*args):
        name = key(*args)
        if name not in kept:
            kept[name] = function(*args)
        return kept[name]

    return answer


def _count():
    from django.db.models import Count

    return Count("pk")


def _text(answer) -> str:
    """What can be read in an answer, in a letter as PDF or Word too."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body[:5] == b"%PDF-":
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as parts:
            body = b"\n".join(parts.read(name) for name in parts.namelist())
    return body.decode("utf-8", "replace")


def _plain(answer, word: str) -> tuple:
    """A page without what is new every time and without the word that was typed, whole or in its parts."""
    body = CSRF.sub(b"", answer.content).decode().replace(word, "")
    for part in word.split("-") if "-" in word else ():
        body = body.replace(part, "")
    return answer.status_code, body


@pytest.fixture(scope="module")
def run(authz):
    """The walk, with the plain 404 page: the one with the frame around it is compared, byte by byte, in test_hidden.py.

    Nothing happens to a matter meanwhile: what the side bar and the bell of a post count is counted once.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            tally, "count", _once(tally.count, key=lambda officer, _day, wanted, _more=None: (officer.pk, repr(wanted)))
        )
        patch.setattr(inbox, "unread_count", _once(inbox.unread_count, key=lambda officer: officer.pk))
        patch.setattr(errors, "_page", lambda request, status, context=None: errors._plain(status))
        patch.setattr(Template, "_render", _TestState.saved_data.template_render)  # nobody looks at the contexts
        yield Run(authz)


def finish(run: Run, name: str, began: float, capsys) -> None:
    with capsys.disabled():
        print(f"\n  {name}: {sum(run.cells.values())} cells so far, {time.monotonic() - began:.1f} s", end="")
    wrong, run.wrong = run.wrong, []
    assert not wrong, f"{len(wrong)} cells:\n" + "\n".join(wrong[:60])


class TestMatrix:
    def test_pages_of_officers(self, run, capsys):
        began = time.monotonic()
        for who in run.people:
            for made in run.matters(who):
                run.desk(who, made)
        finish(run, "pages of officers", began, capsys)

    def test_lists_search_and_counts(self, run, capsys):
        began = time.monotonic()
        for who in run.people:
            run.lists(who)
        finish(run, "lists and search", began, capsys)

    def test_pages_of_citizens(self, run, capsys):
        began = time.monotonic()
        for who in run.people:
            if who.sort != "officer" or who.key in ("a-accused_head", "a-registrar", "a-system_administrator"):
                for made in run.matters(who):
                    run.portal(who, made)
        finish(run, "pages of citizens", began, capsys)

    def test_what_is_open_to_all(self, run, capsys):
        began = time.monotonic()
        for who in run.people:
            if who.sort != "officer":
                run.open_to_all(who)
        finish(run, "open to all", began, capsys)

    def test_the_words_of_a_letter_as_pdf_are_found(self, run):
        owners = {who.key: who for who in run.people if who.sort == "citizen"}
        pages = (
            run.clients[made["owner"]].get(reverse("portal:letter", args=[made["number"], letter["id"]]))
            for made in run.oracle.matters for letter in made["letters"] if made["owner"] in owners
        )  # fmt: skip
        letter = next(page for page in pages if page.status_code == 200 and page["Content-Type"] == "application/pdf")
        stranger = next(who for who in run.people if who.sort not in ("citizen", "officer"))
        assert run.oracle.leaks(stranger, _text(letter))

    def test_enough_was_tried(self, run):
        assert sum(run.cells.values()) >= AT_LEAST, dict(run.cells)
