"""Hot issues of the invented region: what the machine finds in its petitions, and one that an analyst made something of (H.3)."""

from datetime import datetime, timedelta

from xinqiao.analysis.hot import acts, duty
from xinqiao.analysis.models import HotIssue
from xinqiao.rules.hot import OPEN, Target
from xinqiao.rules.stages import Role

from .load_region import Town

OFFICE, LEAD = "lanjiang-petition", "lanjiang-housing"
WORD, NAME = "漏", "新建小区顶楼漏雨"
SHEET = {
    "facts": "几个交付两年左右的小区，顶楼业主反映屋面漏雨。开发企业修过，下雨又漏；业主、物业和开发企业对由谁出钱说法不一。",
    "cause": "屋面防水施工和竣工验收把关不严；保修期内没有统一的维修标准，修补后没有人验收；维修资金启用手续多。",
    "law": "建设工程质量管理条例第四十条，屋面防水工程保修期五年；住宅专项维修资金管理办法。",
    "options": "一、由住房和城乡建设部门牵头，逐栋查明漏点，在雨季以前由开发企业整幢翻修。\n二、拿出统一的维修验收办法，业主签字后才算修好。\n三、简化维修资金应急使用手续。建议采用第一、第二项，限期完成。",
}  # fmt: skip


def find(town: Town, horizon: datetime) -> None:
    """Group what was filed; confirm one issue, write its sheet, give it to the bureau. The others wait for an analyst."""
    moment = horizon - timedelta(days=2) + timedelta(hours=9)
    for _area, _row in duty.group_all(until=moment.date(), days=180, at=moment):
        pass
    office = town.organs[OFFICE]
    if not town.has(office, Role.OFFICE_LEADER):
        return
    leader = town.officer(office, Role.OFFICE_LEADER)
    works = town.officer(office, Role.ANALYST, Role.SUPERVISOR, Role.OFFICE_LEADER)
    found = (
        HotIssue.objects.visible_to(works).filter(name__contains=WORD, state__in=sorted(OPEN)).order_by("pk").first()
    )
    if found is None:
        return
    later = moment + timedelta(hours=2)
    acts.confirm(found.pk, name=NAME, by=works, at=later)
    acts.write_sheet(found.pk, **SHEET, lead=town.organs[LEAD], by=works, at=later + timedelta(minutes=20))
    acts.send(found.pk, target=Target.LEAD, by=leader, at=later + timedelta(hours=3))
