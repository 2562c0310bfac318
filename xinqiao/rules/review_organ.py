"""Which organ reviews an opinion: the one level up (上一级机关、单位), R-35, R-36, last paragraphs of D.9.

Recheck asks the same question about the organ that reviewed. Where two organs may be asked, the citizen chooses.
"""

from __future__ import annotations

from dataclasses import dataclass

from xinqiao.rules.stages import Line


@dataclass(frozen=True)
class OrgFacts:
    """What the tree knows of an organisation. For a government, `government` is the next government above it."""

    id: int
    name: str
    line: Line
    level: int
    government: OrgFacts | None = None
    line_superior: OrgFacts | None = None
    vertically_managed: bool = False
    further_instance: bool = True


@dataclass(frozen=True)
class Candidate:
    """An organ that the citizen may ask, and why (shown beside it)."""

    organ_id: int
    name: str
    reason: str


NO_FURTHER_INSTANCE = (
    "这一机关没有上一级复查、复核机关。您有新的事实或者理由，可以重新提出；也可以依法通过其他途径解决。"
)

_BY_LINE_ONLY = frozenset({Line.PARTY, Line.COMMITTEE, Line.PERSONNEL, Line.MASS, Line.DISCIPLINE, Line.COURT,
                           Line.PROCURATORATE, Line.CONGRESS, Line.CPPCC})  # fmt: skip
_GOVERNMENTS = frozenset({Line.GOVERNMENT, Line.VILLAGE})
_HAVE_A_BODY_IN_CHARGE = frozenset({Line.ENTERPRISE, Line.INSTITUTION})


def candidates(org: OrgFacts) -> list[Candidate]:
    """The organs that may review an opinion of `org`, the usual one first; empty: no further instance.

    An empty list means NO_FURTHER_INSTANCE is told to the citizen; if only a superior is missing in the tree, the
    opinion cannot be signed either way (GT-6), so that the gap is found before the citizen meets it.
    """
    if not org.further_instance:
        return []
    found = [(organ, reason) for organ, reason in _possible(org) if organ is not None and organ.id != org.id]
    unique = {organ.id: Candidate(organ.id, organ.name, reason) for organ, reason in reversed(found)}
    return list(reversed(unique.values()))


def _possible(org: OrgFacts) -> list[tuple[OrgFacts | None, str]]:
    if org.line in _GOVERNMENTS:
        return [(org.government or org.line_superior, "上一级人民政府")]
    if org.line in _BY_LINE_ONLY:
        return [(org.line_superior, _line_reason(org))]
    if org.line in _HAVE_A_BODY_IN_CHARGE:
        return [(org.line_superior or org.government, "主管这一单位的机关")]
    if org.vertically_managed:
        return [(org.line_superior, "实行垂直管理，由上一级主管部门复查、复核")]
    return [(org.government, "本级人民政府"), (org.line_superior, "上一级主管部门")]


def _line_reason(org: OrgFacts) -> str:
    return "上一级党的机关" if org.line in (Line.PARTY, Line.COMMITTEE, Line.PERSONNEL) else "上一级机关"
