"""What hostile senders send: taken harmlessly or refused in words, never an error, never out of its folder (checklist 35 to 39).

The suite looks at 200 files; `XINQIAO_MALFORMED=10000 pytest tests/matters/test_malformed.py -s` at ten thousand, and says how it went.
"""

import io
import os
import resource
from collections import Counter

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.matters.malformed import SCRIPT, malformed
from xinqiao.matters import file_room, files
from xinqiao.matters.file_kinds import SHOWN_TYPES
from xinqiao.matters.files import FileRefused
from xinqiao.portal import sources

pytestmark = pytest.mark.django_db
COUNT = int(os.environ.get("XINQIAO_MALFORMED", "200"))
MOST_MEMORY_MB = 400  # by which this process may grow, whatever is sent


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path / "files"
    return tmp_path


def test_every_file_is_decided_in_words_and_stays_in_its_folder(folder):
    before, decisions = _peak_mb(), Counter()
    for number, (name, content) in enumerate(malformed(seed=20261121, count=COUNT)):
        try:
            stored = files.store(SimpleUploadedFile("x", content), name=name)
        except FileRefused as refusal:
            assert refusal.message and refusal.code and "Traceback" not in refusal.message
            decisions[refusal.code] += 1
            continue
        decisions["kept " + stored.media_type] += 1
        _check_served(stored, number)
        files.discard(stored)
    assert {path.name for path in folder.iterdir()} <= {"files"}
    assert [path for path in folder.rglob("*") if path.is_file()] == [], "nothing is left lying about"
    grown = _peak_mb() - before
    print(
        f"\n{COUNT} files, memory grown by {grown:.0f} MB\n"
        + "\n".join(f"{n:6} {what}" for what, n in decisions.most_common())
    )
    assert grown < MOST_MEMORY_MB
    assert len(decisions) > 12 and max(decisions.values()) < COUNT * 0.7, "the files are of many kinds"


def test_the_portal_answers_every_one_of_them(monkeypatch):
    monkeypatch.setattr(sources, "is_too_fast", lambda *_, **__: False)
    statuses = Counter()
    for name, content in malformed(seed=7, count=min(COUNT, 50)):
        client = Client(raise_request_exception=False)
        sent = io.BytesIO(content)
        sent.name = name
        answer = client.post(reverse("portal:upload"), {"file": sent})
        assert answer.status_code in (200, 400, 413, 422), (name, answer.status_code)
        if answer.status_code != 200:
            assert answer.json()["error"] if answer["Content-Type"].startswith("application/json") else answer.content
        statuses[answer.status_code] += 1
    assert statuses[200] and statuses[422]


def _check_served(stored, number: int) -> None:
    answer = files.response(stored)
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment") and "\r" not in disposition and "\n" not in disposition
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Security-Policy"].startswith("sandbox")
    assert answer["Content-Type"] in {*SHOWN_TYPES, "application/octet-stream"}
    body = b"".join(answer.streaming_content)
    if answer["Content-Type"].startswith("image/"):
        assert SCRIPT not in body, f"file {number}: a redrawn picture carries nothing else"
    assert len(stored.original_name) <= 120 and not set('/\\\0\r\n\u202e<>"') & set(stored.original_name)
    assert file_room.path_of(stored.stored_name).resolve().is_relative_to(settings.XINQIAO_FILES)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
