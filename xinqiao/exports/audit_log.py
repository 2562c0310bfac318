"""The audit log for its auditor (安全审计员): what may be seen of it, drawn by day, and as a signed file (LG-1 to LG-5).

No text of a petition and no petitioner is in an entry. Nobody reads the entries about themselves, auditors and administrators
included; an auditor whose own organisation is accused in a matter finds no entry of that matter (C-01).
"""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils.timezone import get_current_timezone

from xinqiao import crypto
from xinqiao.crypto import signing
from xinqiao.documents import tables
from xinqiao.integrity import audit
from xinqiao.integrity.models import AuditChain, AuditEntry
from xinqiao.matters.models import MatterNumber
from xinqiao.matters.secrecy import shut_out
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.audit import GROUPS, OTHER_GROUP, AuditKind, group_of, kinds_of
from xinqiao.rules.exports import LOG_MOST_ROWS

from . import making
from .models import Export, ExportKind

DAYS = 30  # what the page shows unless asked otherwise
DAYS_AT_MOST = 366
WHOLE_REGION_LEVEL = 1  # an auditor of the region sees entries that belong to no organisation, too
ENTRY_FIELDS = (*audit.FIELDS, "hash")
LOG_FORMS = {"jsonl": "JSON 行（逐条核对）", "csv": "CSV（用表格软件查看）"}


@dataclass(frozen=True)
class Wanted:
    """What the auditor looks for. `matter`: a number as typed; one that is nobody's finds nothing, like one without entries."""

    from_on: date
    to_on: date
    kind: str = ""  # a kind, or a group of kinds
    organisation_id: int | None = None
    user_id: int | None = None
    matter: str = ""

    def as_facts(self) -> dict:
        return {
            "from": self.from_on.isoformat(), "to": self.to_on.isoformat(), "kind": self.kind,
            "organisation": self.organisation_id, "user": self.user_id, "matter": self.matter,
        }  # fmt: skip

    @classmethod
    def from_facts(cls, facts: dict) -> "Wanted":
        return cls(
            date.fromisoformat(facts["from"]), date.fromisoformat(facts["to"]), facts["kind"], facts["organisation"],
            facts["user"], facts["matter"],
        )  # fmt: skip


def entries_for(auditor: Officer) -> QuerySet[AuditEntry]:
    """Every entry this auditor may see: of the organisations of the post's territory, not about the auditor, not of C-01."""
    mine = auditor.organisation
    entries = AuditEntry.objects.exclude(user_id=auditor.user_id).exclude(shut_out(auditor, "matter_id"))
    if mine.level <= WHOLE_REGION_LEVEL:
        return entries
    organs = Organisation.objects.filter(lft__range=mine.territory)
    people = Officer.objects.filter(organisation__in=organs).values("user_id")
    return entries.filter(
        Q(organisation_id__in=organs.values("pk")) | Q(organisation_id__isnull=True, user_id__in=people)
    )


def narrowed(auditor: Officer, wanted: Wanted) -> QuerySet[AuditEntry]:
    """Of `entries_for(auditor)` those of a period, sort, organisation, user or matter."""
    entries = entries_for(auditor).filter(at__range=_moments(wanted.from_on, wanted.to_on))
    if wanted.kind in set(AuditKind):
        entries = entries.filter(kind=wanted.kind)
    elif wanted.kind:
        entries = entries.filter(kind__in=kinds_of(wanted.kind))
    if wanted.organisation_id:
        entries = entries.filter(organisation_id=wanted.organisation_id)
    if wanted.user_id:
        entries = entries.filter(user_id=wanted.user_id)
    if wanted.matter:
        # The number of a matter that accuses the auditor's own organ is nobody's, also where an export held it (C-01).
        known = MatterNumber.objects.exclude(shut_out(auditor, "matter_id"))
        matter_id = known.filter(number=wanted.matter).values_list("matter_id", flat=True).first()
        entries = (
            entries.filter(Q(matter_id=matter_id) | Q(subject__in=making.matters_in(matter_id)))
            if matter_id
            else entries.none()
        )
    return entries


def _moments(from_on: date, to_on: date) -> tuple[datetime, datetime]:
    zone = get_current_timezone()
    return datetime.combine(from_on, time.min, zone), datetime.combine(to_on, time.max, zone)


# --- drawn ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Strip:
    """One group of kinds, a bar for each day: the bars' places and heights are numbers of the drawing."""

    key: str
    label: str
    total: int
    bars: list[dict]


BAR, GAP, HEIGHT = 14, 4, 40


def strips(entries: QuerySet[AuditEntry], wanted: Wanted) -> list[Strip]:
    """A strip for each group, days from left to right; each strip has its own scale, its highest day is written at it."""
    days = [wanted.from_on + timedelta(days=number) for number in range((wanted.to_on - wanted.from_on).days + 1)]
    rows = entries.order_by().annotate(day=TruncDate("at")).values_list("day", "kind").annotate(n=Count("pk"))
    counts: dict[str, dict[date, int]] = {}
    for day, kind, number in rows:
        of_group = counts.setdefault(group_of(kind), {})
        of_group[day] = of_group.get(day, 0) + number
    labels = {key: label for key, (label, _kinds) in GROUPS.items()} | dict([OTHER_GROUP])
    return [
        Strip(key, label, sum(counts.get(key, {}).values()), _bars(days, counts.get(key, {})))
        for key, label in labels.items()
    ]


def width(wanted: Wanted) -> int:
    """The width of a strip in units of its drawing."""
    return ((wanted.to_on - wanted.from_on).days + 1) * (BAR + GAP)


def _bars(days: list[date], counts: dict[date, int]) -> list[dict]:
    most = max(counts.values(), default=0)
    bars = []
    for number, day in enumerate(days):
        count = counts.get(day, 0)
        height = max(2, round(HEIGHT * count / most)) if count else 0
        bars.append({
            "x": number * (BAR + GAP), "y": HEIGHT - height, "height": height, "width": BAR, "day": day, "count": count,
            "weekend": day.isoweekday() > 5,
        })  # fmt: skip
    return bars


# --- signed file ------------------------------------------------------------------------------------------------------

READ_ME = """这是心桥导出的安全审计日志。

audit.{form}     每行一条记录，按编号先后
manifest.json   导出说明：范围、行数、audit 文件的摘要、各链当前的链头
manifest.sig    manifest.json 的签名（十六进制）和签名公钥

怎样核对：
1. 运行 xinqiao verify-export 本文件.zip，会核对签名、摘要、行数和每条记录自己的摘要；
2. 不用心桥也能核对：计算 audit 文件的摘要，与 manifest.json 里的 digest 比较；
   再用 manifest.sig 里的公钥核对 manifest.json 的签名（ed25519 可用 openssl pkeyutl -verify -rawin）。
"""


def make_log(export: Export, at: datetime) -> making.Made:
    """Rows, manifest and signature in one archive (LG-5). Raises ExportRefused for more than LOG_MOST_ROWS entries."""
    wanted = Wanted.from_facts(export.facts["wanted"])
    entries = narrowed(export.officer, wanted).order_by("pk")
    total = entries.count()
    if total > LOG_MOST_ROWS:
        raise making.ExportRefused(f"这个范围有{total}条记录，一次最多导出{LOG_MOST_ROWS}条。请缩短期间，分几次导出。")
    data = BytesIO()
    if export.form == "csv":
        rows = ([entry[name] for name in ENTRY_FIELDS] for entry in _values(entries))
        rows_written = tables.write(data, "csv", ENTRY_FIELDS, rows, about=making.about_lines(export, at)).rows
    else:
        rows_written = _write_lines(data, entries)
    algorithm = crypto.preferred_digest()
    manifest = {
        "what": "心桥安全审计日志", "file": f"audit.{export.form}", "rows": rows_written,
        "digest": crypto.digest(data.getvalue(), algorithm), "digest_algorithm": algorithm,
        "export": str(export), "purpose": export.purpose, "exported_at": at.isoformat(),
        "exported_by": {"officer": export.officer_id, "organisation": export.officer.organisation.name},
        "wanted": wanted.as_facts(), "chain_heads": _heads(entries),
    }  # fmt: skip
    content = _archive(export.form, data.getvalue(), manifest)
    return making.Made(content, rows_written, [], crypto.digest(content, algorithm), algorithm)


def _values(entries: QuerySet[AuditEntry]) -> Iterator[dict]:
    return entries.values("pk", *ENTRY_FIELDS).iterator(chunk_size=2000)


def _write_lines(data: BytesIO, entries: QuerySet[AuditEntry]) -> int:
    rows = 0
    for entry in _values(entries):
        rows += 1
        line = {"id": entry["pk"], **{name: entry[name] for name in ENTRY_FIELDS}, "at": entry["at"].isoformat()}
        data.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
    return rows


def _heads(entries: QuerySet[AuditEntry]) -> list[dict]:
    """Where the chains in this file end now: a later file, or a checkpoint, must fit on."""
    chains = entries.order_by().values_list("chain", flat=True).distinct()
    return list(AuditChain.objects.filter(pk__in=chains).order_by("pk").values("chain", "last_seq", "head"))


def _archive(form: str, data: bytes, manifest: dict) -> bytes:
    said = json.dumps(manifest, ensure_ascii=False, indent=1).encode() + b"\n"
    key = signing.current()
    signature = {"signature": key.sign(said), **key.public.as_dict()}
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        parts = {
            f"audit.{form}": data, "manifest.json": said, "manifest.sig": json.dumps(signature, indent=1).encode() + b"\n",
            "怎样核对.txt": READ_ME.format(form=form).encode(),
        }  # fmt: skip
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, tables.FIXED), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


making.MAKERS[ExportKind.AUDIT] = make_log


# --- checking such a file ---------------------------------------------------------------------------------------------


def faults(content: bytes, known: dict[str, signing.PublicKey]) -> list[str]:
    """What is wrong with an exported log, in sentences; none: it is as it was exported by who holds a key of `known`."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            said, signature = archive.read("manifest.json"), json.loads(archive.read("manifest.sig"))
            manifest = json.loads(said)
            data = archive.read(manifest["file"])
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        return [f"这不是完整的日志导出文件（{type(error).__name__}）。"]
    found = []
    key = known.get(str(signature.get("key_id")))
    if key is None:
        found.append("签名公钥不是本系统的。")
    elif not key.holds(said, str(signature.get("signature"))):
        found.append("manifest.json 的签名不对：说明被改过。")
    if crypto.digest(data, manifest["digest_algorithm"]) != manifest["digest"]:
        found.append(f"{manifest['file']} 与说明里的摘要不符：内容被改过。")
    if manifest["file"].endswith(".jsonl"):
        found += _wrong_lines(data, manifest["rows"])
    return found


def _wrong_lines(data: bytes, rows: int) -> Iterator[str]:
    lines = data.split(b"\n")[:-1]  # only line feeds: a reason may hold other line ends
    if len(lines) != rows:
        yield f"应有{rows}行，实际{len(lines)}行。"
    for number, line in enumerate(lines, 1):
        try:
            told = json.loads(line)
            entry = AuditEntry(**{name: told[name] for name in ENTRY_FIELDS})
            entry.at = datetime.fromisoformat(told["at"])
            right = audit.entry_hash(entry) == told["hash"]
        except (ValueError, KeyError, TypeError):
            right = False
        if not right:
            yield f"第{number}行与它自己的摘要不符。"
