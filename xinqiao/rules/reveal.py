"""Showing a masked identity in full (查看完整信息): for what purpose, which fields, by whom alone and by whom together (B.3, C-11, C-12).

Every page shows identities masked. Who may know one in full says what for, and the access record is written before it is shown.
Three sorts are protected (保密身份): the petitioner asked for secrecy, stayed anonymous but left a contact, or reports somebody;
these open only after a second person of the same organisation agreed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules import wording
from xinqiao.rules.permissions import Action, holders
from xinqiao.rules.stages import Role

REASON_AT_LEAST = 10  # characters, without spaces (C-11 "typed reason")
OPEN_MINUTES = 10  # shown in full to this officer in this matter; every display is recorded
DECIDED_WITHIN_HOURS = 24  # C-11: the second person answers within 24 hours, else the request lapses
GRANT_HOURS = 8  # one working day after the consent, then a new request is needed (INF)
OPENED_AGAIN_MINUTES = 60  # a case page opened again within this time by the same officer is one entry (INF)

FIELDS = MappingProxyType(
    {
        "name": "姓名",
        "mobile": "手机",
        "phone": "电话",
        "address": "住址",
        "id_number": "证件号码",
        "email": "电子邮箱",
        "work_unit": "工作单位",
    }
)


@dataclass(frozen=True)
class RevealPurpose:
    """One reason for looking, as a button. `reason`: what is written down unless more is typed; empty: it must be typed.

    `fields`: what is shown for it and no more (PIPL 6, 34: only what the work needs). `label` is what the citizen reads (LG-6).
    """

    code: str
    label: str
    reason: str
    fields: tuple[str, ...]


_ROWS = (
    RevealPurpose("contact", "联系信访人核实情况", "联系信访人，听取陈述、核实反映的情况", ("name", "mobile", "phone")),
    RevealPurpose("serve", "制作、送达文书", "制作文书并向信访人送达", ("name", "mobile", "phone", "address")),
    RevealPurpose("verify", "核对身份", "核对来访、来电的人是不是信访人本人", ("name", "mobile", "phone", "id_number")),
    RevealPurpose(
        "repeat", "核对是否重复提出", "核对是不是同一信访人就同一事项再次提出", ("name", "mobile", "id_number")
    ),
    RevealPurpose("file", "登记、更正、移交材料", "登记、更正或者移交载有信访人身份的材料", tuple(FIELDS)),
    RevealPurpose("other", "其他工作需要", "", tuple(FIELDS)),
)
PURPOSES = MappingProxyType({row.code: row for row in _ROWS})

# C-11 "a second person": who decides, in the asker's own organisation. Another discipline liaison or whoever answers for the
# organisation (row "reveal" of `permissions`, INF). The person who asked never decides, whatever posts they hold.
DECIDERS = holders("reveal", Action.APPROVE)


def is_protected(*, secrecy: bool, anonymous: bool, report: bool) -> bool:
    """保密身份: secrecy asked for, anonymous, or a report (B.3 "confidential identity", C-01)."""
    return secrecy or anonymous or report


def may_decide(roles: Iterable[Role], *, same_organisation: bool, same_person: bool) -> bool:
    """Whether somebody may be the second person of a request."""
    return same_organisation and not same_person and bool(DECIDERS & set(roles))


def reason_fault(reason: str) -> str:
    """What is wrong with a reason, in words for the reader; "" when it will do."""
    written = wording.readable(reason)
    if len(written) < REASON_AT_LEAST:
        return f"请写明为什么要看，至少{REASON_AT_LEAST}个字，现在是{len(written)}个字。"
    if len(set(written)) < 4:
        return "请写明为什么要看，不要只重复同样的字。"
    return ""
