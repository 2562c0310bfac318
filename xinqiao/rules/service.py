"""How a document reaches the citizen, and on which day it counts as received (送达): F.2.

The Regulation has no article on service but ties both windows to "收到书面答复". The model is the Civil Procedure Law
(2023) 87 to 95, by analogy. Without proof nothing is served, and no window of the citizen starts (DL-14).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from xinqiao.rules import terms
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import ServiceManner


@dataclass(frozen=True)
class Field:
    """One thing that proves a service. `kind`: date, text, choice, yes, file. `choices` for kind choice."""

    name: str
    label: str
    kind: str
    needed: bool = True
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Manner:
    """One manner of service: which fields prove it, from which day it counts, by which article."""

    manner: ServiceManner
    fields: tuple[Field, ...]
    counts_from: str
    article: str
    when: str


RECIPIENTS = (
    ("self", "信访人本人"),
    ("adult_family", "同住的成年家属"),
    ("agent", "代理人、监护人"),
    ("named_receiver", "信访人指定的代收人"),
    ("legal_representative", "法定代表人、负责人或者单位收件人员"),
)

MANNERS = MappingProxyType(
    {
        row.manner: row
        for row in (
            Manner(
                ServiceManner.IN_PERSON,
                (
                    Field("signed_on", "签收日期", "date"),
                    Field("signed_by", "签收人姓名", "text"),
                    Field("relation", "签收人是谁", "choice", choices=RECIPIENTS),
                    Field("receipt", "送达回证（照片或扫描件）", "file", needed=False),
                ),
                "在送达回证上签收的日期",
                "参照《民事诉讼法》第八十八条",
                "当面交给信访人，首选这一方式。",
            ),
            Manner(
                ServiceManner.LEFT,
                (
                    Field("left_on", "留置日期", "date"),
                    Field("refusal_reason", "拒收的理由", "text"),
                    Field(
                        "witness_one", "见证人一（姓名、单位）", "text", needed=False, hint="基层组织或者所在单位的代表"
                    ),
                    Field(
                        "witness_two",
                        "见证人二（姓名、单位）",
                        "text",
                        needed=False,
                        hint="没有见证人时，请上传照片或录像",
                    ),
                    Field("recording", "记录送达过程的照片、录像", "file", needed=False),
                ),
                "把文书留在住所的日期",
                "参照《民事诉讼法》第八十九条",
                "信访人或者同住的成年家属拒绝签收时使用。",
            ),
            Manner(
                ServiceManner.ELECTRONIC,
                (
                    Field("consented_on", "信访人同意电子送达的日期", "date", hint="要在送达以前同意"),
                    Field("address", "信访人确认的电子地址", "text", hint="手机号、邮箱或者本平台账号"),
                    Field("arrived_on", "到达该地址的日期", "date", needed=False, hint="还没有到达时先不填"),
                ),
                "到达信访人确认的电子地址的日期",
                "参照《民事诉讼法》第九十条",
                "信访人事先同意时使用。信访人要纸质件的，应当提供。",
            ),
            Manner(
                ServiceManner.POST,
                (
                    Field("tracking_number", "邮件编号", "text", hint="用可以查询的挂号信或者快递"),
                    Field("receipt_on", "回执上的收件日期", "date", needed=False, hint="回执没有回来时先不填"),
                    Field("signed_by", "回执上的签收人", "text", needed=False),
                ),
                "邮件回执上注明的收件日期",
                "参照《民事诉讼法》第九十一条",
                "不便当面送达时使用。",
            ),
            Manner(
                ServiceManner.THROUGH_ORGAN,
                (
                    Field("organ", "受委托、转交的机关或单位", "text"),
                    Field("signed_on", "签收日期", "date"),
                    Field("signed_by", "签收人姓名", "text"),
                ),
                "在送达回证上签收的日期",
                "参照《民事诉讼法》第九十一条至第九十四条",
                "信访人在外地、部队、监所等，请当地单位送达。",
            ),
            Manner(
                ServiceManner.PUBLIC_NOTICE,
                (
                    Field("published_on", "公告日期", "date"),
                    Field("published_where", "在哪里公告", "text"),
                    Field("other_manners_failed", "其他方式为什么都不能送达", "text"),
                    Field("without_content", "公告中没有写信访内容", "yes"),
                ),
                "公告满30日的当天",
                "参照《民事诉讼法》第九十五条",
                "下落不明，或者其他方式都不能送达时，才能使用。",
            ),
        )
    }
)


def effective_on(manner: ServiceManner, facts: Mapping[str, object], *, today: date | None = None) -> date | None:
    """The day from which the document counts as received; None while it is on its way (posted, sent, no receipt yet).

    `facts` has the fields of MANNERS. Raises StepRefused naming what is missing. `today`, when given, refuses proofs
    with a date to come. The day of a public notice is an event, not a deadline: it does not roll over rest days.
    """
    manner = ServiceManner(manner)
    row = MANNERS[manner]
    facts = {name: value.strip() if isinstance(value, str) else value for name, value in facts.items()}
    if manner is ServiceManner.ELECTRONIC and not facts.get("consented_on"):
        raise StepRefused(
            "信访人没有事先同意电子送达，这样发送不算送达。请当面或者邮寄送达；也可以先请信访人书面同意。",
            code="consent_missing",
        )
    for field in row.fields:
        _require(field, facts.get(field.name), manner, today)
    return _EFFECTIVE[manner](facts)


def _require(field: Field, value: object, manner: ServiceManner, today: date | None) -> None:
    if field.needed and not value:
        verb = "确认" if field.kind == "yes" else "填写"
        raise StepRefused(f"{manner.label}还缺一项：请{verb}“{field.label}”。", code="proof_missing")
    if value and field.kind == "date" and not isinstance(value, date):
        raise StepRefused(f"“{field.label}”应是日期，例如 2026-12-08。", code="proof_wrong")
    if value and field.kind == "date" and today is not None and value > today:
        raise StepRefused(f"“{field.label}”不能晚于今天，请核对。", code="proof_in_future")
    if value and field.kind == "choice" and value not in dict(field.choices):
        raise StepRefused(f"“{field.label}”请从列出的选项中选择。其他人签收不算送达。", code="proof_wrong")


def _left(facts: Mapping) -> date:
    witnesses = {facts.get("witness_one"), facts.get("witness_two")} - {None, ""}
    if len(witnesses) < 2 and not facts.get("recording"):
        raise StepRefused(
            "留置送达需要两名见证人（基层组织或者所在单位的代表），或者上传照片、录像。请补充其中一种。",
            code="witness_missing",
        )
    return facts["left_on"]


def _electronic(facts: Mapping) -> date | None:
    arrived_on = facts.get("arrived_on") or None
    if arrived_on and facts["consented_on"] > arrived_on:
        raise StepRefused(
            "信访人同意电子送达的日期，晚于送达日期。请在同意之后重新送达，或者改用其他方式。", code="consent_too_late"
        )
    return arrived_on


def _public_notice(facts: Mapping) -> date:
    return facts["published_on"] + timedelta(days=terms.find("PUBLIC_NOTICE30").days)


_EFFECTIVE: Mapping[ServiceManner, Callable[[Mapping], date | None]] = MappingProxyType(
    {
        ServiceManner.IN_PERSON: lambda facts: facts["signed_on"],
        ServiceManner.LEFT: _left,
        ServiceManner.ELECTRONIC: _electronic,
        ServiceManner.POST: lambda facts: facts.get("receipt_on") or None,
        ServiceManner.THROUGH_ORGAN: lambda facts: facts["signed_on"],
        ServiceManner.PUBLIC_NOTICE: _public_notice,
    }
)
