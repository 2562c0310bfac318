"""The town with three villages below 柳河镇, their information officer, and the people of the township."""

from tests.world import World
from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Line, Role

VILLAGES = ("东沟村", "西沟村", "南湾村")


def town() -> World:
    """`zhu_in_village` writes in 东沟村, `fang_in_township` receives, `luo_leads_township` approves."""
    world = World()
    first = world.township.lft
    world.villages = [
        Organisation.objects.create(
            key=f"village-{n}", name=f"柳河镇{name}村民委员会", short=name, line=Line.VILLAGE, level=5, parent=world.township,
            division_code=f"99012110120{n}", lft=first + 2 * n + 1, rgt=first + 2 * n + 2, territory_lft=first + 2 * n + 1,
            territory_rgt=first + 2 * n + 2,
        )
        for n, name in enumerate(VILLAGES)
    ]  # fmt: skip
    world.village = world.villages[0]
    world.zhu_in_village = world.officer("zhu", "朱信息", world.village, Role.VILLAGE_INFORMATION_OFFICER)
    world.fang_in_township = world.officer("fang", "方收文", world.township, Role.UNIT_RECEIVER, Role.HANDLER)
    world.luo_leads_township = world.officer("luo", "罗镇长", world.township, Role.UNIT_LEADER)
    return world
