"""Petitioners for synthetic matters: some hundred or thousand people whose identity is sealed once and used for many matters."""

from datetime import date, timedelta
from random import Random

from xinqiao.people.models import Identity, Petitioner
from xinqiao.rules.identity import IdType
from xinqiao.seed.petitions import Person, fictional_id

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂香玉珍凤红梅建国华文辉力永健世广志义兴良海山仁波宁贵福生龙元全胜学祥才发武新利清飞彬富顺信子昌成康星光天达安岩中茂进林有坚和彪博诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋斌梁栋维启克伦翔旭鹏泽晨辰士以家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘"
NOT_A_COLUMN = ("id", "matter_id", "position")


def draw(known: tuple[Person, ...], count: int, rng: Random) -> list[tuple[Identity, dict]]:
    """The region's own people and made-up ones, `count` altogether: their identity and the sealed columns of a petitioner."""
    made = [Identity(one.name, IdType.RESIDENT_ID, one.id_number, one.phone, address="石门镇1组1号") for one in known[:count]]
    made += [_made_up(number, rng) for number in range(len(made), count)]
    names = [field.column for field in Petitioner._meta.concrete_fields if field.column not in NOT_A_COLUMN]
    return [(one, _columns(one, names)) for one in made]


def _made_up(number: int, rng: Random) -> Identity:
    """154 was never given to a network and 91 is no province: neither number is anybody's."""
    name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=2))
    born_on = date(1940, 1, 1) + timedelta(days=rng.randint(0, 24_000))
    number_of_id = fictional_id(born_on, rng.choice(("male", "female")), number)
    return Identity(name, IdType.RESIDENT_ID, number_of_id, f"154{number:08d}", address=f"石门镇{number % 30 + 1}组{number}号")


def _columns(person: Identity, names: list[str]) -> dict:
    row = Petitioner()
    row.set_identity(person)
    return {name: getattr(row, name) for name in names}
