"""Which sort of organ is competent for which content class (谁主管、谁负责), with the rule that says so: R-22, C.6.

    sorts_for("0404") → the row of 劳动关系: 人力资源和社会保障 first
    sort_of("青石县住房和城乡建设局", Line.DEPARTMENT) → "housing"

A table to propose from, never to decide by: duties differ between places (三定方案). What an installation enters as the duties of its own
organs counts as much, and what was accepted before counts beside it. Codes are the project's (C.6): the longest that fits is taken.
"""

from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from xinqiao.rules.stages import Line

GENERAL = "《信访工作条例》第二十二条：属地管理、分级负责，谁主管、谁负责"


@dataclass(frozen=True)
class Sort:
    """A sort of organ: how its name reads on seals, how people call it, and words of texts that are its business."""

    key: str
    name: str
    seals: tuple[str, ...]
    spoken: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    lines: tuple[Line, ...] = (Line.DEPARTMENT,)


@dataclass(frozen=True)
class Competence:
    """Who is competent for a class: those who lead, and others who may be. `township`: the township government may be the one."""

    code: str
    leads: tuple[str, ...]
    sorts: tuple[str, ...]
    basis: str = GENERAL
    township: bool = False


def _sort(key, name, seals="", spoken="", words="", lines=(Line.DEPARTMENT,)) -> Sort:
    return Sort(key, name, tuple(seals.split()) or (name,), tuple(spoken.split()), tuple(words.split()), lines)


_OTHER = (Line.DEPARTMENT, Line.INSTITUTION, Line.ENTERPRISE)

# The order is that of recognition: a name is of the first sort whose seal words it holds.
SORTS = MappingProxyType(
    {
        row.key: row
        for row in (
            _sort("housing_fund", "住房公积金管理", "住房公积金", "公积金中心", "公积金", _OTHER),
            _sort(
                "hr",
                "人力资源和社会保障",
                "人力资源 劳动和社会保障",
                "人社局 人社厅 人社部门 劳动监察 社保局 劳动局 就业局",
                "工资 欠薪 拖欠工资 讨薪 劳动合同 社保 养老保险 工伤 失业 加班 辞退 民工 农民工 退休金 养老金 职称 临聘 招聘 辞职 劳务",
            ),
            _sort("insurance", "医疗保障", "医疗保障", "医保局", "医保 新农合 报销 医疗保险 大病 异地就医"),
            _sort(
                "housing",
                "住房和城乡建设",
                "住房和城乡建设 住房城乡建设 建设局 住房保障 房产管理 房地产管理",
                "住建局 住建委 住建厅 住建部门 房产局 房管局 质监站",
                "物业 业主 业委会 开发商 交房 房产证 楼盘 商品房 漏水 电梯 公租房 廉租房 经适房 购房 维修基金 危房 装修 预售 燃气 供水 自来水 停水 供暖 "
                "承重墙 工程质量 房屋质量 棚改",
            ),
            _sort(
                "urban",
                "城市管理",
                "城市管理 综合执法 综合行政执法 行政执法局",
                "城管 城管局 城管执法 执法局",
                "违建 违章建筑 占道 摆摊 夜市 夜宵 油烟 渣土 垃圾 环卫 路灯 广告牌 乱停 停车 噪音 扰民 绿化 公厕 井盖 门店招牌 下水道 施工噪音 广场舞",
            ),
            _sort(
                "land",
                "自然资源和规划",
                "自然资源 国土资源 规划局 城乡规划",
                "国土局 国土所 国土部门 规划局 自规局",
                "土地 征地 征收 拆迁 补偿款 安置 宅基地 耕地 基本农田 用地 采砂 采石 矿山 矿产 不动产 规划 红线 容积率 采光 土地证",
            ),
            _sort(
                "ecology",
                "生态环境",
                "生态环境 环境保护",
                "环保局 环保部门 环保厅 生态局",
                "污染 排污 废气 废水 污水 臭气 恶臭 粉尘 毒气 异味 环评 辐射 基站 养殖场 洗矿 排放 噪音 噪声 烟尘",
            ),
            _sort(
                "education",
                "教育",
                "教育",
                "教育局 教育厅 教育部门 教体局",
                "学校 老师 教师 学生 补课 招生 入学 幼儿园 学费 中考 高考 校服 小学 中学 高中 家长 学位 培训机构 教辅 学区",
            ),
            _sort(
                "health",
                "卫生健康",
                "卫生健康 卫生和计划生育 卫生局",
                "卫健委 卫健局 卫计委 卫计局 卫生局 计生办 疾控",
                "医院 医生 患者 看病 诊所 手术 计划生育 计生 独生子女 二胎 社会抚养费 超生 乡村医生 村卫生室 疫苗 护士 准生证 误诊",
            ),
            _sort(
                "market",
                "市场监督管理",
                "市场监督 工商行政 质量技术监督 食品药品",
                "市监局 市场监管局 工商局 质监局 食药监 物价局",
                "假货 欺诈 消费者 食品 药品 价格 涨价 传销 营业执照 虚假宣传 收费 保健品 电梯 无照经营 超市",
            ),
            _sort(
                "transport",
                "交通运输",
                "交通运输 交通局",
                "交通局 交通部门 公路局 运管 运管局",
                "公交 出租车 客运 公路 修路 班车 网约车 道路硬化 水泥路 村道 断头路 高速 大巴 驾校 中巴 货运 物流 运输证",
            ),
            _sort(
                "agriculture",
                "农业农村",
                "农业农村 农业局 农牧 畜牧 乡村振兴 扶贫",
                "农业局 农办 扶贫办 乡村振兴局",
                "承包地 土地流转 补贴 种粮 农资 种子 化肥 养猪 养鸡 病死猪 贫困户 扶贫 合作社 兽医 农机 大棚",
            ),
            _sort(
                "water",
                "水利",
                "水利 水务",
                "水利局 水务局",
                "水库 河道 灌溉 水渠 堤防 防洪 饮水 移民 水电站 抗旱 水利",
            ),
            _sort(
                "forestry",
                "林业和草原",
                "林业 草原 林草",
                "林业局 林草局",
                "林地 砍伐 山林 林权 草场 野生动物 退耕还林 公益林 禁牧 毁林",
            ),
            _sort(
                "civil",
                "民政",
                "民政",
                "民政局 民政部门",
                "低保 五保 救助 养老院 殡葬 墓地 婚姻登记 社区居委会 选举 困难补助 孤儿 丧葬费 高龄 门牌 地名 社会组织",
            ),
            _sort(
                "veterans",
                "退役军人事务",
                "退役军人",
                "退役军人局",
                "退伍 退役 复员 转业 军人 优抚 伤残军人 老兵 军转 参战 烈属",
            ),
            _sort(
                "emergency",
                "应急管理",
                "应急管理 安全生产监督",
                "安监局 应急局",
                "安全生产 烟花爆竹 救灾 灾后 受灾 消防 危化品 事故",
            ),
            _sort(
                "culture",
                "文化和旅游",
                "文化 旅游 体育 广播电视 文物",
                "文旅局 文体局 旅游局 文化局",
                "景区 旅游 导游 旅行社 网吧 文物 图书馆 文化馆 广场舞 体育 体育馆 景点 KTV",
            ),
            _sort(
                "industry", "工业和信息化", "工业和信息化 经济和信息化", "工信局 经信局", "停电 供电 电价 用电 中小企业"
            ),
            _sort("telecom", "通信管理", "通信管理", "通管局", "宽带 话费 手机号 移动公司 联通 电信 流量 套餐"),
            _sort("commerce", "商务", "商务", "商务局", "加油站 预付卡 商场 市场搬迁 外贸 招商"),
            _sort(
                "development",
                "发展和改革",
                "发展和改革 发展改革 能源局 物价",
                "发改局 发改委",
                "电价 立项 项目审批 油价 粮食 物价",
            ),
            _sort("tax", "税务", "税务", "税务局 国税 地税", "税 发票 个税 契税 退税 社保费"),
            _sort(
                "financial",
                "金融监督管理",
                "金融监督 金融监管 银行保险 地方金融 银监",
                "银监 银保监 金融办 人民银行",
                "银行 贷款 保险公司 理赔 集资 非法集资 网贷 信用卡 理财 征信 股票",
            ),
            _sort("finance", "财政", "财政", "财政局", "财政 政府采购 津贴"),
            _sort("sasac", "国有资产监督管理", "国有资产", "国资委", "国企 改制 破产 国有企业 下岗 买断"),
            _sort("science", "科学技术", "科学技术 科技局 知识产权", "科技局", "专利 高新技术 科技 知识产权"),
            _sort("post", "邮政管理", "邮政管理", "邮管局", "快递 邮政 包裹 邮件"),
            _sort("ethnic", "民族宗教", "民族 宗教", "民宗局", "宗教 寺庙 清真 民族 教堂"),
            _sort("weather", "气象、地震", "气象 地震", "气象局", "气象 地震"),
            _sort("audit", "审计", "审计", "审计局", "审计"),
            _sort("archives", "档案", "档案", "", "档案"),
            _sort("disabled", "残疾人联合会", "残疾人", "残联", "残疾 残疾证 轮椅", (Line.MASS,)),
            _sort("union", "工会", "总工会", "工会", "工会 劳模", (Line.MASS,)),
            _sort("women", "妇女联合会", "妇女联合", "妇联", "家暴 妇女 单亲", (Line.MASS,)),
            _sort("youth", "共青团", "共产主义青年团", "团委", "", (Line.MASS,)),
            _sort(
                "police",
                "公安",
                "公安",
                "公安局 派出所 交警 警方 民警 公安厅",
                "户口 身份证 派出所 打架 被打 诈骗 盗窃 赌博 报警 交警 红绿灯 违章 立案 户籍 落户 黑恶 车祸 交通事故 信号灯 养犬 电动车",
                (Line.POLICE,),
            ),
            _sort(
                "justice",
                "司法行政",
                "司法",
                "司法局 司法所",
                "律师 公证 法律援助 调解 仲裁 行政复议 社区矫正 监狱",
                (Line.JUSTICE,),
            ),
            _sort("court", "法院", "法院", "法院 法官", "判决 执行 起诉 开庭 执行难 老赖 裁定 诉讼", (Line.COURT,)),
            _sort("procuratorate", "检察院", "检察院", "检察院 检察官", "检察 批捕 不起诉", (Line.PROCURATORATE,)),
            _sort(
                "discipline",
                "纪检监察",
                "纪律检查 监察委",
                "纪委 监委",
                "贪污 受贿 以权谋私 滥用职权 吃拿卡要 挪用公款 作风",
                (Line.DISCIPLINE,),
            ),
            _sort(
                "personnel",
                "组织",
                "组织部",
                "组织部",
                "公务员 干部任用 选调 党员 党费 大学生村官",
                (Line.PERSONNEL, Line.PARTY),
            ),
            _sort("staffing", "机构编制", "机构编制", "编办", "编制 事业编", (Line.PARTY, Line.DEPARTMENT)),
            _sort("propaganda", "宣传", "宣传部", "宣传部", "媒体 报道 宣传", (Line.PARTY,)),
            _sort(
                "united_front",
                "统一战线",
                "统一战线 统战 侨",
                "统战部 侨办",
                "华侨 台胞 侨",
                (Line.PARTY, Line.DEPARTMENT, Line.MASS),
            ),
            _sort("political_legal", "政法委员会", "政法委", "政法委", "", (Line.PARTY,)),
            _sort("congress", "人大", "人民代表大会", "人大", "", (Line.CONGRESS,)),
            _sort("committee", "党委", "委员会", "党委", "", (Line.COMMITTEE,)),
            _sort(
                "water_company",
                "供水供热企业",
                "供水 供热 自来水 水务集团 热力",
                "自来水公司 供水公司 供热公司",
                "停水 水压 水费 暖气 供暖",
                (Line.ENTERPRISE,),
            ),
            _sort(
                "bus_company",
                "公共交通企业",
                "公共交通 公交",
                "公交公司",
                "公交 公交车 公交站 线路",
                (Line.ENTERPRISE,),
            ),
            _sort(
                "power_company",
                "供电企业",
                "供电 电力",
                "供电公司 供电局 国家电网",
                "停电 供电 变压器 电费",
                (Line.ENTERPRISE,),
            ),
            _sort("hospital", "医院", "医院", "", "", (Line.INSTITUTION,)),
            _sort("school", "学校", "学校 中学 小学 大学", "", "", (Line.INSTITUTION,)),
            _sort(
                "government",
                "人民政府",
                "人民政府 行政公署 办事处 管理委员会 管委会",
                "镇政府 乡政府 街道办 县政府 市政府 区政府",
                "",
                (Line.GOVERNMENT,),
            ),
        )
    }
)


def _row(code: str, sorts: str, basis: str = GENERAL, *, township: bool = False) -> Competence:
    """The first leads; where several do, they are joined: "tax+financial finance"."""
    leads = tuple(sorts.split(maxsplit=1)[0].split("+"))
    return Competence(code, leads, tuple(sorts.replace("+", " ").split()), basis, township)


ROWS = MappingProxyType(
    {
        row.code: row
        for row in (
            _row("01", "agriculture", "《农业法》第九条", township=True),
            _row(
                "0101",
                "government+agriculture civil",
                "《村民委员会组织法》第五条、第三十一条：乡镇人民政府指导村务，调查核实村务公开",
                township=True,
            ),
            _row("0102", "agriculture+government", "《农村土地承包法》第十二条", township=True),
            _row("0103", "agriculture government civil", township=True),
            _row("0104", "agriculture", "《动物防疫法》第九条"),
            _row("0105", "agriculture finance", township=True),
            _row("0106", "agriculture market", "《农业法》第九条"),
            _row("0107", "agriculture market commerce"),
            _row("0108", "government agriculture"),
            _row("0109", "water", "《水法》第十二条"),
            _row("0110", "water", "《大中型水利水电工程建设征地补偿和移民安置条例》"),
            _row("0111", "forestry", "《森林法》第九条"),
            _row("0112", "forestry agriculture", "《草原法》第八条"),
            _row("0113", "forestry agriculture", "《野生动物保护法》"),
            _row("02", "land", "《土地管理法》第五条"),
            _row("0202", "land government", "《土地管理法》第四十七条：县级以上地方人民政府组织实施土地征收"),
            _row("0203", "land", "《矿产资源法》"),
            _row("0204", "weather emergency land"),
            _row("03", "housing urban land"),
            _row("0301", "housing government agriculture", township=True),
            _row("0302", "housing", "《建设工程质量管理条例》第四条"),
            _row("0303", "housing", "《建筑法》第六条"),
            _row("0304", "land+urban housing", "《城乡规划法》第十一条"),
            _row("0305", "urban+housing water_company power_company", "《城市市容和环境卫生管理条例》第四条"),
            _row("0306", "housing", "《城市房地产管理法》第七条，《物业管理条例》第五条"),
            _row("0307", "housing government", "《国有土地上房屋征收与补偿条例》第四条"),
            _row("0308", "land government housing", "《土地管理法》第四十七条"),
            _row("0309", "housing land development"),
            _row("04", "hr", "《劳动法》第九条，《社会保险法》第七条"),
            _row("0401", "hr emergency health", "《劳动法》第九条，《工伤保险条例》第五条"),
            _row("0402", "hr", "《就业促进法》第六条"),
            _row("0403", "hr+housing_fund", "《劳动法》第九条"),
            _row("0404", "hr", "《劳动合同法》第七十三条"),
            _row("0405", "hr insurance", "《社会保险法》第七条"),
            _row("0406", "hr insurance tax", "《社会保险法》第七条"),
            _row("0407", "insurance hr", "《社会保险法》第七条"),
            _row("0408", "hr insurance", "《社会保险法》第七条"),
            _row("05", "health", "《基本医疗卫生与健康促进法》第七条"),
            _row("0503", "health+hospital", "《医疗纠纷预防和处理条例》第六条"),
            _row("0504", "health", "《人口与计划生育法》第六条"),
            _row("0505", "market", "《食品安全法》第六条，《药品管理法》第八条"),
            _row("06", "education culture", "《教育法》第十五条"),
            _row("0604", "education market development", "《教育法》第十五条，《价格法》第五条"),
            _row("0606", "education hr", "《教师法》第五条"),
            _row("0607", "culture propaganda"),
            _row("0608", "culture"),
            _row("0609", "culture", "《文物保护法》"),
            _row("07", "civil"),
            _row("0701", "civil", "《社会救助暂行办法》第三条", township=True),
            _row("0702", "emergency civil", "《自然灾害救助条例》"),
            _row("0703", "veterans civil", "《退役军人保障法》"),
            _row("0704", "veterans", "《退役军人保障法》"),
            _row("0705", "civil+disabled", "《残疾人保障法》，《慈善法》"),
            _row("0708", "civil+government", "《村民委员会组织法》第五条", township=True),
            _row("08", "police justice"),
            _row("0801", "court procuratorate", "《信访工作条例》第二十二条第二款"),
            _row("0802", "justice hr", "《人民调解法》第五条"),
            _row("0803", "justice government", "《行政复议法》第四条"),
            _row("0804", "justice procuratorate court"),
            _row("0805", "police", "《信访工作条例》第二十二条第二款"),
            _row("0806", "police", "《治安管理处罚法》第七条"),
            _row("0807", "police", "《户口登记条例》第三条"),
            _row("0808", "justice", "《法律援助法》第五条"),
            _row("0809", "justice congress"),
            _row("0810", "police"),
            _row("09", "market development"),
            _row("0901", "development government"),
            _row("0902", "tax+financial finance", "《税收征收管理法》第五条，《银行业监督管理法》第二条"),
            _row("0903", "financial", "《保险法》第九条，《证券法》第七条"),
            _row("0904", "sasac"),
            _row("0905", "court sasac"),
            _row("0906", "market", "《消费者权益保护法》第三十二条"),
            _row("0907", "market", "《产品质量法》第八条"),
            _row("0908", "emergency housing", "《安全生产法》第十条"),
            _row("0909", "development+industry power_company housing"),
            _row("10", "transport police"),
            _row("1001", "police+transport urban", "《道路交通安全法》第五条"),
            _row("1002", "transport+bus_company", "《道路运输条例》第七条"),
            _row("1003", "transport"),
            _row("1004", "transport", "《公路法》第八条", township=True),
            _row("1005", "post", "《邮政法》第四条"),
            _row("11", "commerce+market"),
            _row("1102", "culture", "《旅游法》第八十三条"),
            _row("12", "industry science"),
            _row("1201", "science industry"),
            _row("1202", "market+science"),
            _row("1204", "telecom industry", "《电信条例》第三条"),
            _row("13", "ecology", "《环境保护法》第十条"),
            _row("1301", "ecology urban", "《环境保护法》第十条，《噪声污染防治法》第八条"),
            _row("14", "committee government"),
            _row("1401", "committee personnel"),
            _row("1402", "government congress"),
            _row("1403", "propaganda+culture"),
            _row("1404", "ethnic", "《宗教事务条例》第六条"),
            _row("1405", "united_front ethnic"),
            _row("1406", "government"),
            _row("1407", "union women youth"),
            _row("1408", "government committee"),
            _row("1409", "staffing government"),
            _row("15", "personnel hr"),
            _row("1501", "staffing+hr", "《地方各级人民政府机构设置和编制管理条例》"),
            _row("1502", "hr personnel", "《公务员法》第十二条"),
            _row("1503", "personnel", "《公务员法》第十二条"),
            _row("1504", "hr personnel"),
            _row("1505", "personnel"),
            _row("1506", "veterans", "《退役军人保障法》"),
            _row("16", "discipline", "《监察法》第十一条，《信访工作条例》第三十条"),
            _row("99", "government"),
        )
    }
)


def row_for(code: str) -> Competence | None:
    """The row of the class, else of the class above it: "040402" → "0404" → "04". Hyphens and dots in codes do not count."""
    digits = "".join(character for character in code if character.isdigit())
    return next(
        (ROWS[digits[:length]] for length in (6, 4, 2) if len(digits) >= length and digits[:length] in ROWS), None
    )


@cache
def sort_of(name: str, line: str) -> str:
    """The sort of an organ by the words on its seal; "" where none fits. Only organs of the lines of that sort are of it."""
    fits = (row for row in SORTS.values() if line in row.lines and any(seal in name for seal in row.seals))
    return next((row.key for row in fits), "")
