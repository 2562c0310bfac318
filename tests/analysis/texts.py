"""Short petitions of a few classes, made up from sentences of ours: enough to learn from, far from real ones."""

import random

from xinqiao.analysis.text.proposal import Reading

SENTENCES = {
    "0305": ["路灯坏了两个月没有人修", "下水道堵塞，积水漫到门口", "自来水从早到晚停着", "井盖丢了，晚上走路很危险", "垃圾堆在巷口没有人清运", "人行道的地砖全碎了"],
    "0306": ["开发商迟迟不交房", "物业费涨了，电梯天天坏", "房产证办了三年没有下来", "业委会换届没有通知业主", "物业公司把绿地改成停车位", "购房合同写的学位没有兑现"],
    "0403": ["厂里拖欠三个月工资", "加班不给加班费", "奖金说好年底发，到现在没有发", "工资单上扣了不知名的钱", "老板说没有钱发工资", "绩效工资一直不公布"],
    "0406": ["社保断缴了，补缴办不下来", "养老保险转移等了半年", "医保卡刷不出来", "单位没有给我参加工伤保险", "失业保险金停发了", "缴费年限少算了两年"],
    "1301": ["工厂夜里偷排废水，河水发黑", "饭店油烟直排到我家窗口", "工地半夜施工，噪声很大", "养殖场臭味熏得开不了窗", "砖厂冒黑烟，晾的衣服都是灰", "垃圾焚烧的气味刺鼻"],
}  # fmt: skip
OPENINGS = ("您好，", "我是这里的居民，", "反映一件事：", "去年开始，", "我们住在河边，", "")
CLOSINGS = (
    "请帮忙解决。",
    "打过电话没有回音。",
    "请有关部门来看一看。",
    "不知道该找谁。",
    "希望早日答复。",
    "已经拖了很久。",
)


def petition(code: str, chance: random.Random) -> Reading:
    """One petition of a class."""
    said = chance.sample(SENTENCES[code], 3)
    return Reading(
        said[0][:10],
        f"{chance.choice(OPENINGS)}{said[1]}，{said[2]}。{chance.choice(CLOSINGS)}{chance.randint(1, 99)}号",
    )


def petitions(
    each: int, *, seed: int = 1, codes: tuple[str, ...] = tuple(SENTENCES)
) -> tuple[list[Reading], list[str]]:
    """So many of each class, in a mixed order."""
    chance = random.Random(seed)
    labels = [code for code in codes for _ in range(each)]
    chance.shuffle(labels)
    return [petition(code, chance) for code in labels], labels
