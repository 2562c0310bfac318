"""存证 on the portal: the newest root, the copies, the receipt that proves itself, and the check of one (LG-1, I-15)."""

import contextlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from tests.world import World, at
from xinqiao.cli import verify_receipt
from xinqiao.crypto import signing
from xinqiao.integrity import checkpoints, receipts
from xinqiao.integrity.models import Checkpoint
from xinqiao.jobs import anchored_rows
from xinqiao.matters import history
from xinqiao.matters.models import Submission
from xinqiao.portal import sealed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def citizen(world):
    """A browser that has proved one matter, and the matter."""
    receipt = world.file()
    client = Client()
    client.post("/track/", {"number": receipt.number, "code": receipt.query_code})
    return client, receipt


def seal() -> None:
    assert checkpoints.make(anchored_rows.proved_hashes)


def download(client, receipt) -> dict:
    answer = client.get(f"/matters/{receipt.number}/receipt.json")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    return json.loads(answer.content)


def check(client, said: dict | str):
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)
    return client.post("/proof/check/", {"pasted": text})


class TestReceiptFile:
    def test_before_the_checkpoint_it_says_to_come_again(self, citizen):
        client, receipt = citizen
        said = download(client, receipt)
        assert said["seal"] is None and said["content_hash"] == receipt.content_hash
        assert "还没有存证" in check(client, said).content.decode()

    def test_after_it_every_line_holds(self, citizen):
        client, receipt = citizen
        seal()
        said = download(client, receipt)
        assert receipts.check(said, keys=signing.known()).proved
        assert said["text"]["requests"] == ["修好漏水的屋顶", "赔偿泡坏的家具2300元"]
        assert receipt.query_code not in json.dumps(said), "the file may be shown around"

    def test_the_columns_are_those_of_the_history(self):
        assert receipts.EVENT_FIELDS == history.FIELDS

    def test_nobody_else_gets_it(self, citizen):
        _client, receipt = citizen
        for path in ("receipt.json", "seal/"):
            assert Client().get(f"/matters/{receipt.number}/{path}").status_code == 404

    # (where, what is changed, the line that breaks)
    CHANGES = [
        (("text", "content"), lambda old: old.replace("三次", "两次", 1), "text"),
        (("text", "title"), lambda old: old + " ", "text"),
        (("text", "requests"), lambda old: old[:1], "text"),
        (("content_hash",), lambda old: old[::-1], "text"),
        (("number",), lambda old: old[:-1] + "01"[old.endswith("0")], "facts"),
        (("received_at",), lambda old: old.replace("2026", "2025"), "facts"),
        (("office",), lambda old: "别的机关", "facts"),
        (("event", "fields", "at"), lambda old: old.replace("2026", "2025"), "event"),
        (("event", "fields", "facts_text"), lambda old: "{}", "event"),
        (("event", "hash"), lambda old: old[::-1], "event"),
        (("event", "id"), lambda old: old + 1, "sealed"),
        (("seal", "index"), lambda old: old + 1, "sealed"),
        (("seal", "path"), lambda old: old[:-1], "sealed"),
        (("seal", "path"), lambda old: [*old, "0" * 64], "sealed"),
        (("seal", "checkpoint", "root"), lambda old: old[::-1], "signature"),
        (("seal", "checkpoint", "made_at"), lambda old: old.replace("20", "19", 1), "signature"),
        (("seal", "checkpoint", "number"), lambda old: old + 1, "signature"),
        (("seal", "checkpoint", "signature"), lambda old: "00" * 64, "signature"),
    ]  # fmt: skip

    @pytest.mark.parametrize(("where", "change", "line"), CHANGES)
    def test_one_change_breaks_it(self, citizen, where, change, line):
        client, receipt = citizen
        seal()
        said = download(client, receipt)
        inside = said
        for name in where[:-1]:
            inside = inside[name]
        inside[where[-1]] = change(inside[where[-1]])
        answer = receipts.check(said, keys=signing.known())
        assert line in {one.name for one in answer.lines if one.good is False}
        assert "回执不成立" in check(client, said).content.decode()

    def test_signed_by_a_key_of_ones_own_it_is_forged(self, citizen, settings, tmp_path):
        client, receipt = citizen
        seal()
        said = download(client, receipt)
        settings.XINQIAO_KEYS, kept = str(tmp_path), settings.XINQIAO_KEYS
        mine = signing.current()
        settings.XINQIAO_KEYS = kept
        forged = {**said["seal"]["checkpoint"], "key_id": mine.public.key_id}
        forged["signature"] = mine.sign(checkpoints.Statement.from_dict(forged).signed_bytes)
        said["seal"] |= {"checkpoint": forged, "public_key": mine.public.as_dict()}
        assert receipts.check(said, keys={mine.public.key_id: mine.public}).proved, "it is whole in itself"
        assert "不是已知的公钥" in check(client, said).content.decode()

    def test_an_old_key_still_proves_what_it_signed(self, citizen):
        client, receipt = citizen
        seal()
        before = download(client, receipt)
        signing.rotate()
        assert receipts.check(before, keys=signing.known()).proved
        assert before["seal"]["checkpoint"]["key_id"] != signing.current().public.key_id


class TestPages:
    def test_the_matter_says_where_it_is_sealed_and_that_nothing_changed(self, citizen):
        client, receipt = citizen
        assert "约一分钟内完成" in client.get(f"/matters/{receipt.number}/").content.decode()
        seal()
        page = client.get(f"/matters/{receipt.number}/").content.decode()
        assert "存证：第 1 号" in page and "和您提交的一样" in page
        assert "已存证，没有改动" in client.get(f"/matters/{receipt.number}/seal/").content.decode()

    def test_a_changed_text_is_told_to_the_citizen(self, citizen, monkeypatch):
        client, receipt = citizen
        seal()
        monkeypatch.setattr(sealed, "_text", lambda submission: {
            "title": submission.title, "content": "都好", "reasons": "", "requests": list(submission.requests),
        })  # fmt: skip
        assert "不一样" in client.get(f"/matters/{receipt.number}/").content.decode()
        assert "和提交时不一样" in client.get(f"/matters/{receipt.number}/seal/").content.decode()

    def test_the_newest_root_in_groups(self, client, world):
        assert "还没有存证点" in client.get("/proof/").content.decode()
        world.file()
        seal()
        root = Checkpoint.objects.get().root
        page = client.get("/proof/").content.decode()
        assert f"<span>{root[:4]}</span> <span>{root[4:8]}</span>" in page
        assert client.get("/proof/qr.svg").status_code == 200

    def test_the_feed_can_be_copied_and_tells_nothing_of_rows(self, client, world):
        for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
            world.file(day)
            seal()
        lines = client.get("/proof/checkpoints.jsonl?after=1").content.decode().splitlines()
        assert [json.loads(line)["number"] for line in lines] == [2, 3]
        assert set(json.loads(lines[0])) == {"format", "signature", *checkpoints.SIGNED}
        assert client.get("/proof/checkpoints.jsonl?after=2&most=1").content.count(b"\n") == 1
        assert client.get("/proof/keys.json").json()["current"] == signing.current().public.key_id

    @pytest.mark.parametrize("query", ["after=x", "after=-1", "after=" + "9" * 40, "most=١"])
    def test_a_wrong_number_is_said_in_words(self, client, query):
        assert client.get(f"/proof/checkpoints.jsonl?{query}").status_code == 400


class TestCheckPage:
    def test_compares_with_what_is_stored_now(self, citizen, monkeypatch):
        client, receipt = citizen
        seal()
        said = download(client, receipt)
        page = check(client, said).content.decode()
        assert "回执成立" in page and "现在存的也和它一样" in page
        monkeypatch.setattr(sealed, "receipt_of", lambda _matter: None)
        assert "和现在存的不一样" in check(client, said).content.decode()

    def test_takes_the_file_itself(self, citizen):
        client, receipt = citizen
        seal()
        body = client.get(f"/matters/{receipt.number}/receipt.json").content
        answer = client.post("/proof/check/", {"receipt": SimpleUploadedFile("回执.json", b"\xef\xbb\xbf" + body)})
        assert "回执成立" in answer.content.decode()

    WRONG = [
        "", "{", "[]", "null", "42", '"x"', "[" * 5000, '{"format": "xinqiao-receipt-1"}', "\ud83d".encode("utf-8", "replace").decode(),
        '{"format": "xinqiao-receipt-1", "number": 1}', "1" * 5000, '{"a":' * 3000,
    ]  # fmt: skip

    @pytest.mark.parametrize("text", WRONG)
    def test_what_is_no_receipt_is_said_in_words(self, client, text):
        answer = check(client, text)
        assert answer.status_code == 422 and "回执" in answer.content.decode()

    def test_no_part_of_a_receipt_of_a_wrong_sort_is_an_error_of_ours(self, citizen):
        """Every value replaced by every sort of nonsense, one at a time."""
        client, receipt = citizen
        seal()
        said = download(client, receipt)
        for path in _paths(said):
            for nonsense in (None, 0, -1, 2**70, 1.5, True, "", "x", "\ud800", [], {}, [None], {"a": 1}):
                changed = json.loads(json.dumps(said))
                inside = changed
                for name in path[:-1]:
                    inside = inside[name]
                inside[path[-1]] = nonsense
                with contextlib.suppress(receipts.ReceiptUnreadable):
                    answer = receipts.check(receipts.read(json.dumps(changed)), keys=signing.known())
                    assert not answer.proved or changed == said, (path, nonsense)

    def test_too_large_is_refused(self, client):
        assert check(client, "x" * (receipts.LARGEST + 1)).status_code == 422
        upload = SimpleUploadedFile("x.json", b" " * (receipts.LARGEST + 1))
        assert client.post("/proof/check/", {"receipt": upload}).status_code == 422


def _paths(value, before=()):
    for name, inside in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*before, name)
        if isinstance(inside, dict | list):
            yield from _paths(inside, (*before, name))


class TestCommand:
    @pytest.fixture
    def run(self, tmp_path, capsys):
        import types

        def command(said, **options):
            path = tmp_path / "receipt.json"
            path.write_text(said if isinstance(said, str) else json.dumps(said), encoding="utf-8")
            asked = {"file": path, "key": None, "checkpoints": None, "json": False, **options}
            code = verify_receipt.run(types.SimpleNamespace(**asked))
            return code, "".join(capsys.readouterr())

        return command

    def test_0_1_2(self, citizen, run, checkpoint_folder, tmp_path, settings):
        from xinqiao.integrity import places

        client, receipt = citizen
        assert run(download(client, receipt))[0] == 2, "not sealed yet"
        seal()
        places.copy_out()
        said = download(client, receipt)
        assert run(said)[0] == 0
        code, words = run(said, checkpoints=checkpoint_folder)
        assert code == 0 and "存证副本：第 1 号存证点一致" in words
        assert run({**said, "text": {**said["text"], "content": "都好"}})[0] == 1
        assert run("{}")[0] == 2 and run(said, checkpoints=tmp_path / "none")[0] == 2
        settings.XINQIAO_KEYS = str(tmp_path / "lawyer")
        code, words = run(said)
        assert code == 2 and "公钥编号" in words, "whose key it is must be said by somebody"
        key = tmp_path / "key.json"
        key.write_text(json.dumps(said["seal"]["public_key"]))
        assert run(said, key=key)[0] == 0

    def test_asks_no_database(self, citizen, run, django_assert_num_queries):
        client, receipt = citizen
        seal()
        said = download(client, receipt)
        with django_assert_num_queries(0):
            assert run(said)[0] == 0


class TestStored:
    def test_the_stored_text_cannot_be_changed_by_the_program(self, citizen):
        from django.db import DatabaseError, transaction

        with pytest.raises(DatabaseError), transaction.atomic():
            Submission.objects.update(content="都好")
        assert connection.ensure_connection() is None

    def test_the_moment_of_receipt_is_the_moment_of_receipt(self, citizen):
        client, receipt = citizen
        assert download(client, receipt)["received_at"] == at("2026-03-02").isoformat()
