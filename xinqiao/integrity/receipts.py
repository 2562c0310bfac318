"""The citizen's receipt as a file: what was written, what the history noted of it, and the path to a signed root.

`check` needs the file and a public key, no database and no network: whoever holds both can show before a court or an inspector that the text
existed at that time and was not changed by one character. Every step of the check is a line in Chinese and English.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from xinqiao import crypto
from xinqiao.crypto import signing
from xinqiao.crypto.canonical import encode_all

from . import merkle
from .checkpoints import Statement, written

FORMAT = "xinqiao-receipt-1"
LARGEST = 512 * 1024  # bytes: 20,000 characters, escaped, with their path, several times over
LONGEST_PATH = 64
BEIJING = timezone(timedelta(hours=8))
# The columns of an event in the order of its hash (matters/history.py).
EVENT_FIELDS = (
    "matter_id", "seq", "step", "from_stage", "to_stage", "referral_id", "actor_kind", "officer_id", "organisation_id",
    "at", "recorded_at", "facts_text", "document_id", "algorithm", "previous_hash",
)  # fmt: skip
MOMENTS = ("at", "recorded_at")
RECEIVED = ("receive", "import_history")

# The checkpoint of a number in the place that was named; None when it is not there.
Find = Callable[[int], Statement | None]


class ReceiptUnreadable(Exception):
    """This is no receipt; the message is for whoever brought it, in both languages."""

    def __init__(self, chinese: str, english: str):
        self.chinese, self.english = chinese, english
        super().__init__(f"{chinese}{english}")


@dataclass(frozen=True)
class Line:
    """One thing that was checked: `good` True, False, or None when it could not be decided."""

    name: str
    good: bool | None
    chinese: str
    english: str


@dataclass(frozen=True)
class Answer:
    """All lines, and what follows from them."""

    lines: tuple[Line, ...]

    @property
    def broken(self) -> bool:
        return any(line.good is False for line in self.lines)

    @property
    def proved(self) -> bool:
        return all(line.good for line in self.lines)


def content_hash(text: dict, algorithm: str) -> str:
    """The digest of what the citizen wrote: title, content, reasons, number of requests, each request."""
    requests = text["requests"]
    parts = (text["title"], text["content"], text["reasons"], len(requests), *requests)
    return crypto.digest(encode_all(parts), algorithm)


def read(raw: bytes | str) -> dict:
    """A receipt as it was downloaded. Raises ReceiptUnreadable with a sentence that says what to do."""
    if len(raw) > LARGEST:
        raise ReceiptUnreadable(
            f"文件太大，不是回执文件（最多 {LARGEST // 1024} KB）。", "The file is too large for a receipt."
        )
    try:
        said = json.loads(raw if isinstance(raw, str) else raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ReceiptUnreadable(
            "读不懂这个文件。请原样上传从本网站下载的 .json 回执文件，不要另存为别的格式。", "This is not a JSON file."
        ) from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ReceiptUnreadable("这不是本系统的回执文件。", "This is JSON, but not a receipt of this system.")
    if problem := _shape_problem(said):
        raise ReceiptUnreadable(f"回执文件不完整：{problem}。请重新下载。", f"The receipt is incomplete: {problem}.")
    return said


def check(said: dict, *, keys: dict[str, signing.PublicKey] | None = None, find: Find | None = None) -> Answer:
    """Check a receipt that `read` has read. `keys`: public keys that are trusted; None: nobody named any.

    `find`: looks a checkpoint up in a copy; None: there is no copy at hand.
    """
    lines = [_text(said), _event(said), *_agreement(said)]
    seal = said["seal"]
    if seal is None:
        lines.append(
            Line("sealed", None, "还没有存证（提交后约一分钟）。请过一会儿重新下载回执文件再核对。",
                 "Not sealed yet: download the receipt again in a minute.")
        )  # fmt: skip
        return Answer(tuple(lines))
    statement = Statement.from_dict(seal["checkpoint"])
    lines += [_path(said, statement), _signature(seal, statement, keys)]
    if find is not None:
        lines.append(_copy(statement, find))
    return Answer(tuple(lines))


def event_fields(values: Sequence[tuple[str, object]]) -> dict[str, str | None]:
    """Columns of an event as the receipt carries them: text as it is hashed, null for an empty one."""
    return {
        name: None if value is None else written(value) if isinstance(value, datetime) else str(value)
        for name, value in values
    }


# ---- the lines ----------------------------------------------------------------------------------------------------------


def _text(said: dict) -> Line:
    made = content_hash(said["text"], said["hash_algorithm"])
    if made == said["content_hash"]:
        return Line(
            "text",
            True,
            "文字：与内容校验值一致，一个字都没有改。",
            "Text: fits its digest, not one character was changed.",
        )
    return Line(
        "text", False, "文字：与内容校验值不一致，内容被改过。", "Text: does not fit its digest, it was changed."
    )


def _event(said: dict) -> Line:
    event = said["event"]
    fields = event["fields"]
    made = crypto.digest(encode_all(fields[name] for name in EVENT_FIELDS), fields["algorithm"])
    if made == event["hash"]:
        return Line("event", True, "收件记录：与记录校验值一致。", "Record of receipt: fits its digest.")
    return Line(
        "event",
        False,
        "收件记录：与记录校验值不一致，记录被改过。",
        "Record of receipt: does not fit its digest, it was changed.",
    )


def _agreement(said: dict) -> list[Line]:
    fields = said["event"]["fields"]
    try:
        facts = json.loads(fields["facts_text"] or "")
    except ValueError:
        facts = {}
    facts = facts if isinstance(facts, dict) else {}
    same = {
        "校验值 digest": facts.get("content_hash") == said["content_hash"] and fields["step"] in RECEIVED,
        "编号 number": facts.get("number", said["number"]) == said["number"],
        "时间 time": fields["step"] != RECEIVED[0] or _same_moment(fields["at"], said["received_at"]),
        "机关 office": facts.get("office", said["office"]) == said["office"],
    }
    wrong = "、".join(name for name, good in same.items() if not good)
    if wrong:
        return [
            Line(
                "facts",
                False,
                f"收件记录与回执上的不一样：{wrong}。",
                f"The record of receipt says something else: {wrong}.",
            )
        ]
    if "number" not in facts and fields["step"] == RECEIVED[0]:
        return [
            Line(
                "facts",
                None,
                "编号没有写进当时的收件记录，不能证明。",
                "The record of receipt does not state the number.",
            )
        ]
    return [
        Line(
            "facts",
            True,
            "编号、时间、机关、校验值：与收件记录一致。",
            "Number, time, office, digest: as in the record of receipt.",
        )
    ]


def _same_moment(one: str | None, other: str) -> bool:
    try:
        return abs(datetime.fromisoformat(one or "") - datetime.fromisoformat(other)) < timedelta(seconds=1)
    except (ValueError, TypeError):
        return False


def _path(said: dict, statement: Statement) -> Line:
    seal, event = said["seal"], said["event"]
    digest = merkle.hasher(statement.digest_algorithm)
    leaf = merkle.leaf("event", event["id"], event["hash"], digest)
    steps = [bytes.fromhex(one) for one in seal["path"]]
    made = merkle.root_from(leaf, seal["index"], statement.leaf_count, steps, digest)
    if made is not None and made.hex() == statement.root:
        return Line(
            "sealed", True, f"存证：这条收件记录在第 {statement.number} 号存证点里。",
            f"Sealed: the record of receipt is in checkpoint {statement.number}.",
        )  # fmt: skip
    return Line(
        "sealed", False, f"存证：这条收件记录不在第 {statement.number} 号存证点里。",
        f"Sealed: the record of receipt is not in checkpoint {statement.number}.",
    )  # fmt: skip


def _signature(seal: dict, statement: Statement, keys: dict[str, signing.PublicKey] | None) -> Line:
    own = signing.PublicKey.from_dict(seal["public_key"])
    trusted = {own.key_id: own} if keys is None else keys
    if keys is not None and statement.key_id not in keys:
        return Line(
            "signature", False, f"签名：不是已知的公钥签的（{statement.key_id}）。",
            f"Signature: by the key {statement.key_id}, which is not one of those that are trusted.",
        )  # fmt: skip
    if not statement.holds(trusted):
        return Line(
            "signature",
            False,
            "签名：不成立，存证点被改过或是伪造的。",
            "Signature: does not hold, the checkpoint was changed or forged.",
        )
    if keys is None:
        return Line(
            "signature", None,
            f"签名：与回执里附的公钥相符，但还要核对公钥编号 {statement.key_id} 是不是机关公布的。用 --key 或 --checkpoints 指定公钥。",
            f"Signature: fits the key inside the receipt. Whose key {statement.key_id} is was not checked: name it by --key or --checkpoints.",
        )  # fmt: skip
    utc = statement.made_at.replace("T", " ")[:19]
    here = f"{statement.moment.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}（北京时间）" if statement.moment else utc
    return Line(
        "signature", True, f"签名：成立，公钥 {statement.key_id}，存证时间 {here}。",
        f"Signature: holds, key {statement.key_id}, sealed at {utc} UTC.",
    )  # fmt: skip


def _copy(statement: Statement, find: Find) -> Line:
    kept = find(statement.number)
    if kept is None:
        return Line(
            "copy", None, f"存证副本：里面没有第 {statement.number} 号存证点，请先更新副本。",
            f"Copy: checkpoint {statement.number} is not in it; bring the copy up to date first.",
        )  # fmt: skip
    if kept.signed_bytes == statement.signed_bytes:
        return Line(
            "copy",
            True,
            f"存证副本：第 {statement.number} 号存证点一致。",
            f"Copy: checkpoint {statement.number} is the same there.",
        )
    return Line(
        "copy", False, f"存证副本：第 {statement.number} 号存证点不一样，有一份是伪造的。",
        f"Copy: another checkpoint {statement.number} is there; one of the two is forged.",
    )  # fmt: skip


# ---- is it a receipt at all ---------------------------------------------------------------------------------------------


def _shape_problem(said: dict) -> str:
    """What is missing or of the wrong sort; empty when all is there."""
    for name in ("number", "received_at", "office", "content_hash", "hash_algorithm"):
        if not isinstance(said.get(name), str):
            return name
    for name, is_whole in (("text", _is_text), ("event", _is_event)):
        if not is_whole(said.get(name)):
            return name
    if said["hash_algorithm"] not in ("sm3", "sha256") or not _is_encodable(said):
        return "text"
    return _seal_problem(said["seal"]) if said.get("seal") is not None else _seal_missing(said)


def _seal_missing(said: dict) -> str:
    return "" if "seal" in said else "seal"


def _is_text(text: object) -> bool:
    if not isinstance(text, dict) or not isinstance(text.get("requests"), list):
        return False
    parts = [text.get(name) for name in ("title", "content", "reasons")]
    return all(isinstance(one, str) for one in parts + text["requests"])


def _is_event(event: object) -> bool:
    if not isinstance(event, dict) or not isinstance(event.get("hash"), str) or not _is_count(event.get("id")):
        return False
    fields = event.get("fields")
    if not isinstance(fields, dict) or not all(isinstance(fields.get(name), str | None) for name in EVENT_FIELDS):
        return False
    return bool(fields.get("step")) and fields.get("algorithm") in ("sm3", "sha256")


def _seal_problem(seal: object) -> str:
    if not isinstance(seal, dict) or not _is_count(seal.get("index")):
        return "seal"
    steps = seal.get("path")
    if not isinstance(steps, list) or len(steps) > LONGEST_PATH or not all(_is_hash(one) for one in steps):
        return "seal.path"
    try:
        Statement.from_dict(seal.get("checkpoint"))
        signing.PublicKey.from_dict(seal.get("public_key"))
    except ValueError:
        return "seal.checkpoint"
    return ""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and all(char in "0123456789abcdef" for char in value)


def _is_encodable(said: dict) -> bool:
    """Half a surrogate pair is no text: it cannot be hashed."""
    try:
        json.dumps(said, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True
