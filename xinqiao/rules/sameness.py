"""Whether two matters are one and the same (同一事项核对): what an officer may say of a pair, and how far the machine looks. DU-1, DU-2, DU-7.

A verdict is remembered for both matters and joins nothing: what is joined or merged is joined by its own step (DU-3, DU-6).
"""

from xinqiao.rules.stages import Coded


class Verdict(Coded):
    """What an officer decided of two matters. The last one said counts; all of them stay."""

    SAME = "same", "同一事项", "DU-2"
    NOT_SAME = "not_same", "不是同一事项", "DU-1"
    OPEN = "open", "撤销认定", ""


SHOWN_AT_MOST = 5  # beside a form; on the page of its own:
LISTED_AT_MOST = 20
ODDS_FROM = -3.0  # logarithm of the odds; below, a hundred pairs hold fewer than five of one matter
WORDS_AT_MOST = 8  # words that both have, shown of one pair
SAMPLE = 4000  # texts by which it is known how common a word is
SAMPLE_DAYS = 7  # made anew after so many
# Commonplaces of petitions: what they weigh while an office has few texts of its own to count them in.
COMMONPLACES = (
    "请求 希望 反映 投诉 举报 咨询 建议 要求 请问 恳请 关于 何时 怎么 什么时候 为什么 严重 影响 问题 情况 解决 处理 领导 部门 有关 政府 居民 业主 小区"
    " 我们 他们 没有 不能 可以 已经 一直 现在 多次 长期 无人 维修 道路 路灯 停车 噪声 噪音 扰民 油烟 垃圾 污水 施工 工地 拖欠 工资 农民工 物业 开发商"
    " 房屋 漏水 质量 房产证 不动产 学校 入学 幼儿园 医保 社保 养老 退休 补贴 低保 公交 地铁 电梯 供水 停水 供电 燃气 拆迁 征地 补偿 安置 违建 消防 安全"
    " 隐患 环境 污染 收费 退款 合同 诈骗 公司 老板 工程 年底 春节 至今 答复 回复 依法 规定 文件 政策 身份证 电话 孩子 老人 全家 晚上 夜间 白天 每天"
)
SCARCE = 2000  # fewer texts than this are filled up with commonplaces
EACH_COMMONPLACE = 40  # texts of SCARCE
