"""Complete data for every document, as the steps hand them over: 王秀兰 and the leaking roof in 临河县."""

UNIT = {
    "org_name": "临河县住房和城乡建设局",
    "org_short": "临建",
    "handler_name": "周明",
    "handler_phone": "0471-5550188",
    "contact_address": "临河县建设路18号",
    "issued_on": "2026-03-18",
}
OFFICE = UNIT | {"org_name": "临河县信访局", "org_short": "临", "handler_name": "何静", "handler_phone": "0471-5550101"}
MATTER = {
    "addressee": "王秀兰",
    "matter_number": "4101012026030204270",
    "matter_title": "和平路12号院5号楼屋面漏水两年未修",
    "petition_date": "2026-03-02",
    "received_on": "2026-03-03",
    "accepted_on": "2026-03-10",
}
REQUESTS = [
    {"number": 1, "text": "尽快维修5号楼屋面，消除漏水。"},
    {"number": 2, "text": "公开维修资金的使用情况。"},
    {"number": 3, "text": "赔偿室内装修损失8000元。"},
]
TO_UNIT = OFFICE | MATTER | {
    "addressee": "临河县住房和城乡建设局",
    "petitioner": "王秀兰",
    "requests": REQUESTS,
    "summary": "王秀兰等12户反映，所住楼房屋面自2024年起漏水，多次报修没有结果，维修资金使用情况不清楚。",
    "sender_chain": [
        {"organisation": "国家信访局", "on": "2026-03-02"},
        {"organisation": "安平地区信访局", "on": "2026-03-02"},
        {"organisation": "临河县信访局", "on": "2026-03-03"},
    ],
    "competence_reason": "反映的事项涉及住宅专项维修资金的使用和物业服务监督管理，属于你单位职权范围",
    "route": "petition",
    "notify_by_on": "2026-03-18",
    "object_by_on": "2026-03-10",
    "enclosures": ["信访件登记表1份", "屋面漏水照片6张"],
    "secrecy": "无",
}  # fmt: skip
REVIEW = MATTER | {
    "applicant": "王秀兰",
    "respondent_org": "临河县住房和城乡建设局",
    "opinion_number": "临建信复〔2026〕57号",
    "opinion_issued_on": "2026-04-28",
    "applied_on": "2026-05-12",
    "review_request": "撤销原处理意见第三项，责令赔偿室内装修损失8000元。",
    "facts": "经审查，5号楼屋面漏水造成王秀兰家客厅顶棚、墙面受损，损失有照片、报价单证明。原处理意见对受损事实没有调查，"
    "以“双方协商”代替处理结论。",
    "evidence": ["现场勘查笔录", "照片6张", "装修公司报价单"],
    "decision": "revoke",
    "legal_basis": "《信访工作条例》第三十五条、《物业管理条例》第三十六条",
    "conclusion": "撤销原处理意见第三项，责令被申请机关重新调查并作出处理意见",
    "redo_by_on": "2026-07-10",
    "signer": "李卫国",
}
REVIEW_ORGAN = {"name": "安平地区住房和城乡建设局", "address": "安平市人民路1号", "phone": "0470-5550200"}

SAMPLES: dict[str, dict] = {
    "F-01": OFFICE | MATTER | {
        "channel": "web", "registered_on": "2026-03-03", "registrar": "何静", "headcount": 1, "involved": 12,
        "petitioners": [{"name": "王秀兰", "id_number": "", "phone": "13800000000", "address": "临河县和平路12号院5号楼602"}],
        "facts": "我家住顶层，2024年夏天起屋面漏水，客厅顶棚发霉脱落。多次向物业报修，都说等维修资金。",
        "requests": REQUESTS, "matter_place": "临河县城关镇和平路12号院", "publish_consent": False,
        "secrecy_request": True, "kind": "request", "purpose": "solve", "content_class": "城乡建设／物业管理／房屋维修",
        "respondents": ["和平物业服务有限公司"], "enclosures": ["漏水照片6张"], "oral": True,
        "read_back": "登记员何静已当面宣读，信访人确认无误",
    },
    "F-02": OFFICE | MATTER | {
        "query_code": "7K3MQ9XD04TZ8WBN", "query_url": "http://127.0.0.1:8765/track", "due_on": "2026-03-18",
    },
    "F-03": TO_UNIT,
    "F-04": TO_UNIT | {
        "importance": "涉及12户居民住房安全，汛期将至", "due_on": "2026-05-20",
        "report_form": "请以正式文件报送办结报告，写明调查、处理情况，并附答复信访人的意见书和送达回证",
    },
    "F-05": OFFICE | {
        "addressee": "中共临河县纪律检查委员会",
        "transfer_items": [
            {"matter_number": "4101012026030204270", "received_on": "2026-03-02", "pages": 4},
            {"matter_number": "4101012026030304288", "received_on": "2026-03-03", "pages": 11},
        ],
    },
    "F-06": OFFICE | MATTER | {
        "competent_organ": "临河县人民法院诉讼服务中心", "legal_basis": "您反映的是已经进入诉讼程序的事项，依照《信访工作条例》第二十二条第二款，由人民法院处理",
        "contact_address": "临河县建设路66号一楼", "opening_hours": "工作日 9:00—12:00，14:30—17:30",
        "documents_to_bring": ["身份证", "判决书或者受理通知书", "相关证据材料"],
    },
    "F-07": OFFICE | MATTER | {
        "receiving_org": "临河县住房和城乡建设局", "transferred_on": "2026-03-04", "receiving_phone": "0471-5550188",
        "notify_by_on": "2026-03-18",
    },
    "F-08": UNIT | MATTER | {"requests": REQUESTS, "procedure": "ordinary", "due_on": "2026-05-09"},
    "F-09": UNIT | MATTER | {
        "route": "administrative", "reasons": "您反映的是对房屋征收补偿决定不服", "legal_basis": "《行政复议法》第十一条、第二十条",
        "opened_by_unit": False, "apply_to": "临河县人民政府行政复议机构", "apply_how": "当面、邮寄或者网上提交申请书",
        "apply_until": "2026-05-01",
    },
    "F-10": UNIT | MATTER | {
        "ground": "不属于本机关及其所属系统职权范围", "legal_basis": "《信访工作条例》第二十三条第一款",
        "facts": "您反映的是城镇燃气价格问题，由价格主管部门管理。", "where_to_turn": "临河县发展和改革委员会（电话0471-5550133）",
        "complaint_to": "临河县信访局（电话0471-5550101）",
    },
    "F-11": UNIT | MATTER | {
        "recheck_number": "安建信复核〔2025〕3号", "recheck_served_on": "2025-12-01",
        "comparison_facts": "本次反映的漏水时间、部位和损失与原事项相同", "comparison_reasons": "本次提出的理由与复核请求相同",
        "help_contact": "城关镇社会事务办公室，电话0471-5550155",
    },
    "F-12": UNIT | MATTER | {
        "addressee": "临河县信访局", "document_number": "临信转〔2026〕15号", "reasons": "经核实，该院落由县机关事务服务中心自行管理，未纳入物业服务监督管理范围。",
        "legal_basis": "临河县人民政府“三定”规定", "competent_organ": "临河县机关事务服务中心", "enclosures": ["信访件原件1份"],
    },
    "F-13": OFFICE | MATTER | {
        "addressee": "临河县住房和城乡建设局", "decision": "refuse", "document_number": "临建信异〔2026〕2号", "notify_by_on": "2026-03-18",
        "reasons": "该院落2023年已移交社会化物业服务，监督管理职责在你单位。",
    },
    "F-14": UNIT | MATTER | {
        "old_due_on": "2026-05-09", "reasons": "屋面漏水的原因需要委托专业机构鉴定，鉴定报告预计2026年5月下旬出具",
        "extension_days": 30, "due_on": "2026-06-08",
    },
    "F-14a": UNIT | MATTER | {
        "old_due_on": "2026-05-09", "reasons": "屋面漏水的原因需要委托专业机构鉴定，鉴定报告预计2026年5月下旬出具",
        "extension_days": 30, "due_on": "2026-06-08", "approver": "李卫国", "approved_on": "2026-05-06",
        "petitioner": "王秀兰", "handling": "已两次现场勘查，约谈物业服务企业，正在委托鉴定。",
    },
    "F-16": UNIT | MATTER | {
        "requests": REQUESTS, "signer": "李卫国", "sender_chain": TO_UNIT["sender_chain"],
        "facts": "经现场勘查，5号楼屋面防水层老化开裂，渗漏面积约120平方米，涉及顶层12户。2024年6月以来物业服务企业共报修4次，"
        "因维修资金表决未过半没有实施。\n维修资金账户余额36.2万元，使用明细此前未在小区公示。",
        "evidence": ["2026年3月12日现场勘查笔录", "维修资金账户流水", "对物业服务企业和3户居民的询问笔录"],
        "answers": [
            {"number": 1, "request": "尽快维修5号楼屋面", "outcome": "support", "conclusion": "屋面漏水危及房屋使用安全，适用应急维修程序，立即组织维修",
             "basis": "《住宅专项维修资金管理办法》第二十四条",
             "execution": {"what": "完成5号楼屋面防水层更换", "who": "和平物业服务有限公司", "due_on": "2026-05-31"}},
            {"number": 2, "request": "公开维修资金的使用情况", "outcome": "support", "conclusion": "责令物业服务企业公开2020年以来维修资金收支明细",
             "basis": "《物业管理条例》第五十三条", "execution": "2026年4月15日前在小区公示栏公示，由城关镇监督"},
            {"number": 3, "request": "赔偿室内装修损失8000元", "outcome": "explain", "reasons": "损失赔偿属于民事争议，行政机关没有裁决的职权。",
             "conclusion": "您的诉求合情合理，但行政机关作出赔偿决定没有法律依据；可以向县物业纠纷人民调解委员会申请调解，或者依法提起诉讼",
             "basis": "《民法典》第九百四十二条"},
        ],
        "review_organs": [REVIEW_ORGAN, {"name": "临河县人民政府", "address": "临河县政府路1号"}],
        "enclosures": ["现场勘查笔录复印件", "维修资金收支明细表"],
    },
    "F-17": MATTER | {
        "instance": "复查", "addressee": "安平地区住房和城乡建设局", "applicant": "王秀兰", "applicant_phone": "13800000000",
        "applicant_address": "临河县和平路12号院5号楼602", "respondent_org": "临河县住房和城乡建设局",
        "opinion_number": "临建信复〔2026〕57号", "opinion_received_on": "2026-04-30", "review_request": REVIEW["review_request"],
        "facts": "原处理意见没有调查我家的实际损失。", "applied_on": "2026-05-12", "enclosures": ["处理意见书复印件", "照片6张"],
    },
    "F-18": UNIT | REVIEW | {
        "org_name": "安平地区住房和城乡建设局", "org_short": "安建", "issued_on": "2026-06-10",
        "review_organs": [{"name": "示例自治区住房和城乡建设厅", "address": "首府市建设大街9号"}],
    },
    "F-19": UNIT | REVIEW | {
        "org_name": "示例自治区住房和城乡建设厅", "org_short": "示建", "decision": "uphold", "redo_by_on": None, "issued_on": "2026-08-20",
        "conclusion": "维持复查意见", "hearing": "2026年7月30日举行听证，申请人和被申请机关参加，听证笔录经各方核对签名。",
    },
    "F-20": UNIT | MATTER | {
        "instance": "复查", "applied_on": "2026-09-01", "respondent_org": "临河县住房和城乡建设局",
        "opinion_number": "临建信复〔2026〕57号", "ground": "超过三十日的申请期限且没有正当理由", "legal_basis": "《信访工作条例》第三十五条",
        "facts": "您于2026年4月30日签收处理意见书，2026年9月1日提出复查请求。", "complaint_to": "安平地区信访局（电话0470-5550100）",
    },
    "F-21": UNIT | MATTER | {
        "document_title": "信访事项处理意见书", "document_number": "临建信复〔2026〕57号", "recipient": "王秀兰", "manner": "left",
        "place": "临河县和平路12号院5号楼602", "served_on": "2026-04-30", "server": "周明、赵磊",
        "refusal_reason": "受送达人对第三项意见不满，拒绝签收", "witnesses": ["城关镇和平社区 孙桂芳", "城关镇和平社区 马建军"],
    },
    "F-25": UNIT | MATTER | {
        "agreement_kind": "调解", "parties": [{"name": "王秀兰", "address": "和平路12号院5号楼602"}, {"name": "和平物业服务有限公司", "role": "经理 钱国强"}],
        "facts": "2024年以来屋面漏水造成王秀兰家室内装修受损。", "dispute": "装修损失的金额和承担",
        "terms": ["物业公司一次性补偿王秀兰5000元。", "王秀兰配合入户维修。"], "performance": "2026年5月31日前银行转账",
        "effective_on": "2026-05-20", "confirm_by_on": "2026-06-19", "mediator": "孙桂芳", "copies": 3,
    },
    "F-26": OFFICE | MATTER | {
        "addressee": "临河县住房和城乡建设局", "rule_broken": "2026年3月17日期满，没有告知信访人是否受理，违反《信访工作条例》第二十三条。",
        "demand": "5日内书面告知信访人是否受理，同时报我局。", "improvement": "建立收文当日登记制度，明确专人负责告知。",
        "due_on": "2026-04-02", "legal_basis": "信访工作条例第四十条第一款", "signer": "王主任", "means": "发函督办",
    },
    "F-27": OFFICE | {
        "addressee": "临河县委组织部", "recommendation": "追究责任", "facts": "2026年3月至5月，同一问题三次督办，单位没有答复信访人。",
        "relied_on": [{"number": "410101 20260302 0427 0", "received_on": "2026-03-03"}], "concerned": "临河县住房和城乡建设局",
        "grounds": ["推诿、敷衍、拖延，或者没有按期办结（信访工作条例第四十五条第一项）"], "consequence": "屋面坍塌，两户不能居住。",
        "improvement": "依规依纪依法核实有关人员的责任。", "legal_basis": "信访工作条例第四十条第三款", "due_on": "2026-06-20", "signer": "王主任",
    },
    "F-28": UNIT | {
        "addressee": "临河县信访局", "recommendation": "改进工作", "document_number": "临信建〔2026〕3号", "received_on": "2026-05-20",
        "adoption": "部分采纳", "measures": "建立收文当日登记制度，指定专人负责告知。", "done_by_on": "2026-06-30",
        "reasons": "增设专门机构需要编制部门批准，暂由办公室负责。", "legal_basis": "信访工作条例第四十条第四款", "signer": "李卫国",
    },
    "F-29": UNIT | MATTER | {
        "addressee": "临河县信访局", "assignment_number": "临信交〔2026〕4号", "petitioner": "王秀兰", "problem": "5号楼屋面漏水两年未修。",
        "requests": REQUESTS, "facts": "经现场勘查，屋面防水层老化开裂。", "handling": "已启动应急维修程序，5月31日前完工。", "signer": "李卫国",
        "enclosures": ["处理意见书", "送达回证"],
    },
    "F-30": MATTER | {
        "addressee": "临河县住房和城乡建设局", "applicant": "王秀兰", "free_will": True, "promise_or_threat": "没有人许诺，也没有人施加压力",
        "applied_on": "2026-04-01", "entered_by_staff": True, "called_back_by": "何静",
    },
    "F-31": MATTER | {
        "authority_kind": "授权委托书", "addressee": "临河县信访局", "principals": [{"name": "王秀兰", "phone": "13800000000"}],
        "agents": [{"name": "王建国", "address": "临河县和平路12号院5号楼602"}], "scope": "代为反映情况、提交材料、签收文书", "valid_from": "2026-03-01",
        "valid_until": "2026-12-31", "applied_on": "2026-03-01",
    },
    "F-32": OFFICE | {
        "addressee": "临河县人民政府", "urgent_kind": "专报", "matter_number": "4101012026030204270", "happened": "一栋住宅楼山墙开裂，住户已经撤到楼下。",
        "where": "和平路12号院5号楼", "since": "2026年3月2日20时发生，20时30分获悉", "affected": "36人", "life_danger": "有", "rescue": "20时10分拨打119，消防已到场。",
        "demands": "安排临时住处，鉴定房屋。", "taken": "街道已腾出学校体育馆，住建部门正在勘查。", "contact": "信访局值班室 0999-5550100",
        "next_report": "2026年3月2日23时", "legal_basis": "信访工作条例第二十五条", "signer": "王主任", "outside": "国家信访局",
    },
    "F-36": UNIT | MATTER | {
        "matter_title": "关于在老旧小区增设电动自行车充电棚的建议", "decision": "partly", "reasons": "已将和平路等6个小区列入2026年改造计划，其余小区场地条件尚不具备。",
        "execution": "2026年9月底前完成6个小区充电棚建设",
    },
    "F-38": OFFICE | {
        "addressee": "临河县住房和城乡建设局", "measure": "挂牌督办决定书", "facts": "同类屋面漏水问题半年内四次督办，仍没有整改。",
        "grounds": ["推诿、敷衍、拖延，或者没有按期办结（信访工作条例第四十五条第一项）"], "demand": "7月底以前完成5号楼屋面维修，由住户验收。",
        "body_decided": "县信访工作联席会议2026年第2次会议", "due_on": "2026-07-31", "legal_basis": "信访工作条例第三十九条第三款",
        "relied_on": [{"number": "410101 20260302 0427 0", "received_on": "2026-03-03"}],
    },
}  # fmt: skip
