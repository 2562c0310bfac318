"""Registration by channel (信访形式, C.1): what each window asks besides the common fields, as one table.

The values are stored with the submission as `channel_facts` under these keys. `personal` ones tell who somebody is: only posts that
may know the petitioner's identity read them (B.3).
"""

from dataclasses import dataclass

from xinqiao.organisations.models import Officer
from xinqiao.rules.permissions import Action, Reach, holders
from xinqiao.rules.stages import Channel, Role


@dataclass(frozen=True)
class Fact:
    """One field of a channel. `sort`: line, text, day, moment, number, yes, or a tuple of choices."""

    key: str
    label: str
    sort: str | tuple[str, ...] = "line"
    required: bool = False
    personal: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Window:
    """One channel as a screen. `oral`: the office writes for the citizen and must read it back (I-04)."""

    channel: Channel
    label: str
    icon: str
    facts: tuple[Fact, ...]
    content_label: str = "来信内容"
    content_hint: str = "照原文录入，不改字、不加评语。"
    several: bool = False  # companions, representatives, headcount
    oral: bool = False
    hint: str = ""


_MET = (
    Fact("place", "接待地点、窗口", hint="例如：来访接待大厅2号窗口"),
    Fact("arrived_at", "到达时间", "moment"),
    Fact("ended_at", "结束时间", "moment"),
)
_RESULT = (
    Fact("on_the_spot_result", "当场处理结果", "text", hint="当场能够答复的，写下答复的内容。"),
    Fact("guidance", "当场的引导、告知", "text"),
)
_TALK = {
    "content_label": "接谈记录",
    "content_hint": "如实记录信访人说的话：什么时间、什么地点、发生了什么。写完向信访人宣读。",
}

_ROWS = {
    "letter": Window(Channel.LETTER, "来信录入", "mail-open", (
        Fact("barcode", "信件条码", hint="可以用扫码枪"),
        Fact("postmarked_on", "邮戳日期", "day"),
        Fact("addressee", "收信人"),
        Fact("sender_on_envelope", "信封上的寄信人、地址", personal=True),
        Fact("pages", "页数", "number"),
        Fact("enclosures", "随信材料清单", "text", hint="一行一样"),
        Fact("originals_to_return", "需要退还的原件", hint="没有就不填"),
    ), several=True),
    "visit": Window(Channel.VISIT, "来访登记", "user-plus", (
        *_MET,
        Fact("ticket", "排队号"),
        Fact("speakers", "接谈时发言的人", personal=True, hint="多人来访时填写"),
        Fact("recording", "录音录像编号"),
        *_RESULT,
    ), several=True, oral=True, **_TALK),
    "phone": Window(Channel.PHONE, "来电登记", "phone", (
        Fact("calling_number", "来电号码", personal=True),
        Fact("started_at", "接听时间", "moment"),
        Fact("ended_at", "结束时间", "moment"),
        Fact("recording", "录音编号"),
        Fact("call_type", "来电类型", ("反映问题", "提出建议", "咨询", "补充情况", "其他")),
        Fact("urgency", "紧急程度", ("一般", "紧急", "涉及人身安全")),
        Fact("on_the_spot_result", "当场答复", "text"),
    ), oral=True, content_label="来电记录", content_hint="如实记录来电人说的话，挂断前向来电人复述一遍。"),
    "leader_mailbox": Window(Channel.LEADER_MAILBOX, "领导信箱（主席信箱等）", "mailbox", (
        Fact("mailbox", "信箱", ("主席信箱", "书记信箱", "专员信箱", "县长信箱", "市长信箱", "其他领导信箱"), True),
        Fact("addressed_to", "写给哪位领导"),
        Fact("mailbox_number", "信箱来件编号"),
        Fact("read_by_leader", "领导已阅办", "yes"),
        Fact("leader_note", "领导批示", "text"),
    )),
    "opinion_box": Window(Channel.OPINION_BOX, "意见箱、联系点", "inbox", (
        Fact("box", "意见箱、联系点", required=True, hint="编号或者位置"),
        Fact("opened_at", "开箱时间", "moment"),
        Fact("opened_by", "开箱的两位工作人员", required=True, hint="两人同时在场，写两个人的姓名"),
    )),
    "agent": Window(Channel.AGENT, "村（社区）代办", "hand-helping", (
        Fact("agent_officer", "代办员", required=True),
        Fact("village", "村、社区", required=True),
        Fact("authorised", "信访人已签代办委托书", "yes"),
    ), content_label="反映的内容", content_hint="按信访人的意思写，写完念给本人听。"),
    "leader_reception": Window(Channel.LEADER_RECEPTION, "领导接访", "users", (
        Fact("session", "接访场次", hint="例如：2026年3月第2次接访日"),
        Fact("leader", "接访领导", required=True),
        Fact("units_present", "陪同单位"),
        *_MET[1:],
        Fact("decision", "领导意见", "text"),
        Fact("tasks", "交办事项", "text"),
    ), several=True, oral=True, **_TALK),
    "outreach": Window(Channel.OUTREACH, "下访接访（四下基层）", "footprints", (
        Fact("event", "下访活动"),
        Fact("leader", "下访领导"),
        Fact("form", "方式", ("约访", "带案下访", "随机走访", "现场接访")),
        Fact("on_site_inspection", "现场查看情况", "text"),
        Fact("decision", "当场意见", "text"),
    ), several=True, oral=True, **_TALK),
    "fax": Window(Channel.FAX, "传真", "printer", (
        Fact("fax_number", "来件传真号码", personal=True),
        Fact("pages", "页数", "number"),
    ), content_label="传真内容"),
    "sms": Window(Channel.SMS, "手机短信", "message-square", (
        Fact("sms_number", "发信手机号", personal=True),
        Fact("sent_at", "收到短信的时间", "moment"),
        Fact("reply", "已回复的内容", "text"),
    ), content_label="短信内容"),
    "media": Window(Channel.MEDIA, "媒体、留言板、12345转办", "newspaper", (
        Fact("source", "来源", ("12345热线", "领导留言板", "报纸", "电视广播", "网络媒体", "其他平台"), True),
        Fact("source_number", "来源编号"),
        Fact("published_on", "登出、转来的日期", "day"),
    ), content_label="反映的内容"),
    "other_organ": Window(Channel.OTHER_ORGAN, "其他机关移交", "building-2", (
        Fact("sending_organ", "移交机关", required=True),
        Fact("document_number", "来文文号"),
        Fact("document_on", "来文日期", "day"),
    ), content_label="反映的内容", several=True),
}  # fmt: skip
WINDOWS: dict[str, Window] = {key.replace("_", "-"): row for key, row in _ROWS.items()}
BY_CHANNEL = {row.channel: row for row in WINDOWS.values()}

MAY_REGISTER = holders("filing", Action.WRITE, Reach.ORGANISATION)


def may_register(officer: Officer) -> bool:
    """Whether this post takes in what people say or send (R-17(1))."""
    return bool(MAY_REGISTER & officer.role_set)


def first_for(officer: Officer) -> str:
    """The window that opens first: a village takes in for its people, everybody else has a counter."""
    only_village = officer.role_set & MAY_REGISTER == {Role.VILLAGE_INFORMATION_OFFICER}
    return "agent" if only_village else "visit"


def shown_facts(channel: str, facts: dict, *, personal: bool) -> list[tuple[str, str]]:
    """(label, value) of what was stored, in the order of the table; what tells who somebody is only with `personal`."""
    row = BY_CHANNEL.get(Channel(channel))
    known = row.facts if row else ()
    values = ((fact, facts.get(fact.key)) for fact in known if personal or not fact.personal)
    return [(fact.label, _said(value)) for fact, value in values if value not in (None, "", False)]


def _said(value) -> str:
    return "是" if value is True else str(value).replace("T", " ")
