"""责任追究情形: what an organ or its people answer for, one row for each item of R-42 to R-46 (SV-7), in our own short words.

A ground is named in a recommendation to pursue accountability (R-40(3)) and in a measure of the joint conference (R-39(3)). It speaks of
what an organ did or left undone. Nothing here is about a petitioner.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType

from xinqiao.rules.patrol import Ground
from xinqiao.rules.stages import Coded

REGULATION = "信访工作条例"


class Answerable(Coded):
    """Whose duty an article speaks of."""

    CAUSING_ORGAN = "causing_organ", "引发信访事项的机关、单位", "R-42"
    PETITION_OFFICE = "petition_office", "党委和政府信访部门", "R-43"
    ACCEPTING_ORGAN = "accepting_organ", "负有受理职责的机关、单位", "R-44"
    COMPETENT_ORGAN = "competent_organ", "有权处理的机关、单位", "R-45"
    ANY_ORGAN = "any_organ", "有关机关、单位及其领导干部、工作人员", "R-46"


class Consequence(Coded):
    """What follows by the article: correction is ordered first, or the article itself asks for serious consequences."""

    CORRECTION = "correction", "由上级机关、单位责令改正；造成严重后果的，依规依纪依法处理", "R-43 to R-46"
    ONLY_SERIOUS = "only_serious", "造成严重后果的，依规依纪依法处理", "R-42"


@dataclass(frozen=True)
class Liability:
    """One item. `article`, `item`: numbers in the Regulation; item 0 where the article has one sentence only."""

    article: int
    item: int
    words: str
    whose: Answerable
    follows: Consequence = Consequence.CORRECTION

    @property
    def code(self) -> str:
        return f"R-{self.article}({self.item})" if self.item else f"R-{self.article}"

    @property
    def basis(self) -> str:
        """信访工作条例第四十五条第一项."""
        item = f"第{_NUMERALS[self.item]}项" if self.item else ""
        return f"{REGULATION}第四十{_NUMERALS[self.article - 40]}条{item}"

    def __str__(self) -> str:
        return self.code


_NUMERALS = "〇一二三四五六七八九"
A, ONLY = Answerable, Consequence.ONLY_SERIOUS

_ROWS = (
    # who causes a petition
    Liability(42, 1, "超越、滥用职权，侵害合法权益", A.CAUSING_ORGAN, ONLY),
    Liability(42, 2, "应当作为而不作为，侵害合法权益", A.CAUSING_ORGAN, ONLY),
    Liability(42, 3, "适用法律、法规错误或者违反法定程序，侵害合法权益", A.CAUSING_ORGAN, ONLY),
    Liability(42, 4, "拒不执行支持信访请求的意见", A.CAUSING_ORGAN, ONLY),
    # the petition office
    Liability(43, 0, "应当登记、转送、交办、督办而没有做到", A.PETITION_OFFICE),
    # who accepts
    Liability(44, 1, "收到信访事项不按规定登记", A.ACCEPTING_ORGAN),
    Liability(44, 2, "属于职权范围而不予受理", A.ACCEPTING_ORGAN),
    Liability(44, 3, "没有按期书面告知是否受理", A.ACCEPTING_ORGAN),
    # who handles
    Liability(45, 1, "推诿、敷衍、拖延，或者没有按期办结", A.COMPETENT_ORGAN),
    Liability(45, 2, "事实清楚、符合规定的请求没有支持", A.COMPETENT_ORGAN),
    Liability(45, 3, "对改进工作、完善政策的建议不重视、不落实，问题长期得不到解决", A.COMPETENT_ORGAN),
    Liability(45, 4, "其他不履行、不正确履行处理职责", A.COMPETENT_ORGAN),
    # everybody
    Liability(46, 1, "对待信访人态度恶劣、作风粗暴", A.ANY_ORGAN),
    Liability(46, 2, "办理中吃拿卡要、谋取私利", A.ANY_ORGAN),
    Liability(46, 3, "对规模性集体访、负面舆情处置不力，事态扩大", A.ANY_ORGAN),
    Liability(46, 4, "对重大、紧急信访事项和信息隐瞒、谎报、缓报，或者没有及时采取必要措施", A.ANY_ORGAN),
    Liability(46, 5, "把检举、揭发材料或者有关情况透露、转给被检举的人员、单位", A.ANY_ORGAN),
    Liability(46, 6, "打击报复信访人", A.ANY_ORGAN),
    Liability(46, 7, "其他违规违纪违法情形", A.ANY_ORGAN),
)

LIABILITIES: MappingProxyType[str, Liability] = MappingProxyType({row.code: row for row in _ROWS})

# What a supervision or finding speaks of, as a first choice; whoever writes decides.
LIKELY: MappingProxyType[Ground, str] = MappingProxyType(
    {
        Ground.NOT_ACCEPTED: "R-44(3)",
        Ground.NOT_HANDLED: "R-45(1)",
        Ground.POOR_OPINION: "R-45(4)",
        Ground.NOT_CARRIED_OUT: "R-42(4)",
    }
)


def choices(chosen: Iterable[str] = ()) -> list[tuple[str, str]]:
    """For forms: (code, words), those that are chosen first, else in the order of the articles."""
    first = set(chosen)
    return sorted(((code, row.words) for code, row in LIABILITIES.items()), key=lambda one: one[0] not in first)


def hints() -> dict[str, str]:
    """Beside each choice: the article, and whose duty it speaks of."""
    return {code: f"{row.basis.removeprefix(REGULATION)} · {row.whose.label}" for code, row in LIABILITIES.items()}


def said(codes) -> list[str]:
    """The chosen items as a letter says them, in the order of the articles; a code without a row is left out."""
    return [f"{row.words}（{row.basis}）" for code, row in LIABILITIES.items() if code in set(codes)]
