"""Grounds on which a matter may be refused: D.10. A closed list; every use needs the leader's signature and the article.

不予受理 (NA-1 … NA-5): this organ does not take the matter up. 不再受理 (NL-1 … NL-3): the three instances are over.
Registration (I-02) is never refused, and a refusal ends neither help nor the right to file on new facts (R-37(3)).
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from xinqiao.rules.packs import PolicyPack
from xinqiao.rules.refusals import StepRefused


class UsedBy(StrEnum):
    """Who may use a ground: only a unit, or the petition office as well."""

    UNIT = "unit"
    BOTH = "both"


@dataclass(frozen=True)
class Ground:
    """One row of D.10. `preconditions` and `hand_over` are read by the officer, `notice` is printed in the letter.

    `notice` has the fields in braces that the officer fills in: FIELDS names them.
    """

    id: str
    title: str
    notice: str
    article: str
    used_by: UsedBy
    preconditions: tuple[str, ...]
    hand_over: str
    needs_pack: bool = False


GROUNDS = MappingProxyType(
    {
        ground.id: ground
        for ground in (
            Ground(
                "NA-1",
                "同一事项正在规定期限内受理、办理",
                "您反映的同一信访事项，已由{organ}于{date}受理（办理），答复期限为{due}，现在仍在规定期限内。"
                "《信访工作条例》规定，信访人在规定期限内向上级机关、单位又提出同一信访事项的，上级机关、单位不予受理。",
                "《信访工作条例》第十九条第三款",
                UsedBy.BOTH,
                (
                    "是同一信访事项：同一信访人、同一事实、同一请求",
                    "先件已经受理或者正在办理，且在规定期限内",
                    "本机关是办理机关的上级机关、单位",
                    "告知书写明由谁办理、答复期限到哪一天",
                    "新的事实、证据已转给办理单位",
                ),
                "请写明由哪个单位办理、答复期限，并把这次的新材料转给它。",
            ),
            Ground(
                "NA-2",
                "不属于本机关、单位或者本系统的职权范围",
                "您反映的信访事项，不属于本单位及本系统的职权范围。经核实，该事项由{organ}负责，请向{organ}提出。"
                "地址：{address}；电话：{phone}。",
                "《信访工作条例》第二十三条第一款",
                UsedBy.UNIT,
                (
                    "信访人直接向本单位提出，不是转送、交办来的",
                    "不属于本单位职权范围，也不属于本系统下级单位职权范围",
                    "已经查明有权处理的机关、单位，并写明地址和电话",
                ),
                "请写明有权处理的机关、单位，以及地址和电话。",
            ),
            Ground(
                "NA-3",
                "不符合复查、复核的条件",
                "您的{instance}申请不符合受理条件：{reason}。",
                "《信访工作条例》第三十五条、第三十六条",
                UsedBy.BOTH,  # the review office of a government often sits in the petition office
                (
                    "属于下列情形之一：不是针对信访处理意见（复查意见）提出；超过30日且没有正当理由；"
                    "已经向其他有权机关提出并在处理",
                    "超过期限的，已经核对送达凭证；没有送达凭证的，期限没有开始，不能以此拒绝",
                    "意见书没有写明复查、复核权利的，期限没有开始，不能以此拒绝",
                    "因不可抗力或者其他正当理由耽误的，期限从障碍消除之日起继续计算",
                ),
                "请写明理由，并告诉信访人下一步可以怎么办。",
            ),
            Ground(
                "NA-4",
                "属于人大、法院、检察院等机关的职权，或者涉法涉诉",
                "您反映的信访事项属于{organ}的法定职权，应当通过{procedure}解决，行政机关不能受理。"
                "请向{organ}提出。地址：{address}；电话：{phone}。",
                "《信访工作条例》第二十二条第二款",
                UsedBy.BOTH,
                (
                    "属于人大、法院、检察院等机关法定职权，或者已经、依法应当进入诉讼等程序",
                    "来信已按规定转送政法机关；来访已经引导并说明法律规定",
                    "告知书写明去哪里、走什么程序、带什么材料",
                ),
                "来信请先转送政法机关，来访请先引导，再写明去哪里、走什么程序。",
            ),
            Ground(
                "NA-5",
                "地方规定的其他情形",
                "{reason}。依据：{citation}。",
                "地方规则包载明的法规条款",
                UsedBy.BOTH,
                ("已加载本地规则包，且规则包列明这一情形和条款", "告知书写明地方法规的名称和条款"),
                "请先请管理员加载本地规则包。",
                needs_pack=True,
            ),
            Ground(
                "NL-1",
                "复核意见已经送达，仍以同一事实和理由提出",
                "这件事已经依法办理、复查、复核。复核意见（{opinion_number}）已于{date}送达您，是终结意见。"
                "您这次提出的事实和理由与复核时相同，各级党委和政府信访部门以及其他机关、单位不再受理。"
                "您有新的事实或者理由，可以另行提出。生活上有困难，请联系{help_contact}。",
                "《信访工作条例》第三十六条第三款",
                UsedBy.BOTH,
                ("逐项填写核对表（同一事项、复核意见文号、送达日期、事实比对、理由比对）", "由第二人核对确认"),
                "请逐项填写不再受理核对表，并请第二人确认。",
            ),
            Ground(
                "NL-2",
                "期满未请求复查、复核，又以同一事实和理由提出",
                "您没有在{due}前请求复查（复核），"
                "这次提出的事实和理由与以前相同。依据{citation}，不再受理。您有新的事实或者理由，可以另行提出。",
                "地方规则包载明的法规条款",
                UsedBy.BOTH,
                (
                    "已加载本地规则包，且规则包开启这一情形",
                    "送达凭证齐全，意见书写明了复查、复核权利",
                    "耽误期限没有正当理由",
                    "没有新的事实和理由",
                ),
                "国家规定没有这一情形。请登记这次来件，说明情况，并附上原来的意见书。",
                needs_pack=True,
            ),
            Ground(
                "NL-3",
                "协议已经履行，或者信访人死亡且没有承继人",
                "您反映的信访事项{reason}。依据{citation}，不再受理。协议没有履行到位的，请告诉我们，我们继续督办。",
                "地方规则包载明的法规条款",
                UsedBy.BOTH,
                (
                    "已加载本地规则包，且规则包开启这一情形",
                    "协议已经全部履行，有凭证；或者信访人死亡，没有承继人",
                    "信访人没有提出协议未履行",
                ),
                "国家规定没有这一情形。请登记这次来件；反映协议没有履行的，转督查办理。",
                needs_pack=True,
            ),
        )
    }
)

# What the officer fills in for the braces of a notice, with its label.
FIELDS = MappingProxyType(
    {
        "organ": "有权处理（正在办理）的机关、单位",
        "date": "日期",
        "due": "答复期限（期限届满日）",
        "address": "地址",
        "phone": "电话",
        "instance": "复查或者复核",
        "reason": "具体情形",
        "procedure": "应当走的程序",
        "citation": "地方法规名称和条款",
        "opinion_number": "复核意见书文号",
        "help_contact": "帮扶联系人和电话",
    }
)

# Never a ground, in no letter and under no pack (D.10, last paragraph), with what the officer is told who tries.
NEVER_GROUNDS = MappingProxyType(
    {
        "anonymity": "匿名或者没有留联系方式，不是不受理的理由。请登记并甄别；无法告知的，记录原因。",
        "language": "使用的语言、文字，不是不受理的理由。请安排翻译。",
        "form": "书写格式、提出形式，不是不受理的理由。缺少的内容，可以请信访人补充。",
        "tone": "语气、用词，不是不受理的理由。请就事论事，依法办理。",
        "earlier_petitions": "以前信访的次数，不是不受理的理由。请看这次的事实和请求。",
        "missing_id": "没有提供身份证件号码，不是不受理的理由。",
    }
)


def notice_text(ground: Ground, fields: dict[str, str]) -> str:
    """The notice with its words in braces filled in. Raises StepRefused naming the first that is missing."""
    wanted = [name for name in FIELDS if f"{{{name}}}" in ground.notice]
    for name in wanted:
        if not str(fields.get(name) or "").strip():
            raise StepRefused(f"请填写“{FIELDS[name]}”，告知书要写明。", code="notice_field")
    return ground.notice.format_map({name: fields[name] for name in wanted})


@dataclass(frozen=True)
class Check:
    """One line of the tick list of 不再受理. `kind`: what is entered - text, date, yes (a tick), person."""

    name: str
    label: str
    kind: str


def no_longer_accepted_checks() -> tuple[Check, ...]:
    """What the handler must fill in before NL-1 can be signed (D.10): without a single gap."""
    return (
        Check("matter_number", "原信访事项编号", "text"),
        Check("opinion_number", "复核意见书文号", "text"),
        Check("served_on", "复核意见书送达日期（以送达凭证为准）", "date"),
        Check("facts_compared", "事实比对：这次提出的事实与复核认定的事实，逐项写明异同", "text"),
        Check("reasons_compared", "理由比对：这次提出的理由与复核时的理由，逐项写明异同", "text"),
        Check("nothing_new", "确认没有新的事实或者理由", "yes"),
        Check("second_person", "第二人核对确认", "person"),
    )


def require_checks(given: dict[str, object], *, by: object) -> None:
    """Raise StepRefused naming the first gap in the tick list of NL-1. `by`: who fills it in, not the second person."""
    for check in no_longer_accepted_checks():
        if not given.get(check.name):
            raise StepRefused(
                f"不再受理核对表还没有填完：{check.label}。有新的事实或者理由时，请按新事项登记。",
                code="checks_missing",
            )
    if given["second_person"] == by:
        raise StepRefused("核对确认要由另一个人做。请选择另一位工作人员。", code="second_person_needed")


def refusal_allowed(
    ground_id: str, *, filed_directly: bool, by_petition_office: bool, pack: PolicyPack | None = None
) -> Ground:
    """The ground, if this organ may use it in this matter; otherwise StepRefused says what to do instead.

    `filed_directly`: the citizen came to this organ; False when the matter was transferred or assigned to it.
    """
    if ground_id in NEVER_GROUNDS:
        raise StepRefused(NEVER_GROUNDS[ground_id], code="never_a_ground")
    ground = GROUNDS.get(ground_id)
    if ground is None:
        raise StepRefused("没有这一项不受理的理由。请从列出的理由中选择；都不符合的，应当受理。", code="unknown_ground")
    if ground.needs_pack and not _is_in_pack(ground_id, pack):
        raise StepRefused(f"“{ground.title}”只有地方规定才有，本地没有启用。{ground.hand_over}", code="pack_needed")
    if by_petition_office and ground.used_by is UsedBy.UNIT:
        raise StepRefused(_INSTEAD_AT_OFFICE[ground_id], code="not_for_petition_office")
    if ground_id == "NA-2" and not filed_directly:
        raise StepRefused(
            "这件是转送、交办来的，不能以“不属于职权范围”不予受理。请在收到之日起5个工作日内提出异议，写明理由。",
            code="objection_instead",
        )
    return ground


def _is_in_pack(ground_id: str, pack: PolicyPack | None) -> bool:
    """NA-5 stands for all grounds that a region adds with its citation; NL-2 and NL-3 are switches."""
    if pack is None:
        return False
    return bool(pack.grounds) if ground_id == "NA-5" else pack.is_on(ground_id)


_INSTEAD_AT_OFFICE = {
    "NA-2": "信访部门不能以“不属于职权范围”不予受理。请转送给有权处理的机关、单位。",
}
