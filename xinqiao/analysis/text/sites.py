"""Names of places and bodies as a text gives them (地点和单位名称): 小区, roads, villages, schools, companies, lines; found by how they end.

    sites(fold("A5区劳动东路魅力之城小区底层餐馆油烟扰民")) == (Site("劳动东", "路"), Site("魅力之城", "小区"))

No list of names is needed, so a name that nobody has heard of is found too. Where a name begins is guessed from what stands before it, and
people write names from memory: two names are the same when half of the characters of the shorter are in the other.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

HOMES = "小区|花园|家园|嘉园|公馆|公寓|大厦|广场|新村|新城|国际城|国际|楼盘|苑|城|府|庄|湾|园|郡|庭|墅|里|轩|阁"
WAYS_AND_PARTS = "大道|路|街道|街|巷|大桥|桥|隧道|立交|村|社区|镇|乡|片区|号线|路公交|区间线|站"
BODIES = "学院|大学|中学|小学|学校|幼儿园|公司|集团|医院|酒店|饭店|宾馆|平台|超市|市场|银行|驾校"
LENGTH_AT_MOST = 10
SAME_FROM = 0.5  # share of the characters of the shorter name
_ENDING = "|".join(sorted(f"{HOMES}|{WAYS_AND_PARTS}|{BODIES}".split("|"), key=len, reverse=True))
_SITE = re.compile(rf"([㐀-鿿a-z0-9]{{1,{LENGTH_AT_MOST}}}?)((?:{_ENDING})+)")
_LAST = re.compile(rf"(?:{_ENDING})$")
# What stands before a name and is no part of it: a division, a verb, a particle, anything that is not written in one run.
_BEFORE = re.compile(
    r"西地省|[a-z]\d*[市区县]+|[㐀-鿿]{2}[省市县]|新区|经开区|高新区|[^㐀-鿿a-z0-9]+|[的在是和与对向请把被将从到给让了]"
    r"|楼[上下]|[一二三底]楼|[一底]层|临街|[一两几多有某]家|很多|许多|所有|各[大个]|关于|反映|投诉|咨询|举报|建议|希望|要求|请问|请求|何时|什么|怎么|坚决|反对|再次|附近|旁边|门口|对面|业主|居民|开发商"
)
_DISTRICT = re.compile(r"[a-z]\d+(?:区|县市?)|(?<![㐀-鿿])[㐀-鿿]{1,3}(?<![小社校地园片新景])[区县]")


@dataclass(frozen=True)
class Site:
    """A name: what is its own, and the word that says what it is."""

    own: str
    ending: str

    @cached_property
    def pairs(self) -> frozenset[str]:
        """The index words of what is its own."""
        return frozenset(map("".join, pairwise(self.own)))

    def is_like(self, other: "Site") -> bool:
        """Whether they may be one name, written from memory."""
        common = sum((Counter(self.own) & Counter(other.own)).values())
        return common >= SAME_FROM * min(len(self.own), len(other.own))

    def __str__(self) -> str:
        return self.own + self.ending


def sites(folded: str) -> tuple[Site, ...]:
    """The names in a folded text, in the order in which they stand; a name of one character is too little to tell anything by."""
    found = []
    for part in _BEFORE.split(folded):
        for match in _SITE.finditer(part):
            ending = _LAST.search(match[0])[0]
            own = match[0].removesuffix(ending)
            if len(own) > 1:
                found.append(Site(own, ending))
    return tuple(dict.fromkeys(found))


def districts(folded: str) -> frozenset[str]:
    """The districts and counties that a folded text names."""
    return frozenset(_DISTRICT.findall(folded))
