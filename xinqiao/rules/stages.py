"""The closed lists of the procedure: stages, steps, roles, kinds, channels (domain spec B.2, C.1, C.4, D.2).

Standard library only. Every stored code is a whole word; the office's code (S2, T-25, F-08 …) stands beside it so that
the law, the page and the test can be laid side by side. Which step leads from which stage to which is in `moves.py`.
"""

from enum import StrEnum


class Coded(StrEnum):
    """A word that is stored, with its standard term (`label`) and its id in the domain spec (`code`)."""

    label: str
    code: str

    def __new__(cls, value: str, label: str, code: str = ""):
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        member.code = code
        return member

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, 标准术语) pairs for forms and model fields."""
        return [(member.value, member.label) for member in cls]


class Stage(Coded):
    """Where a matter (信访事项), or one referral (一程) of it, stands: D.2.

    What the citizen reads for each stage is in `citizen_words.py`.
    """

    RECEIVED = "received", "已收到", "S1"
    REGISTERED = "registered", "已登记", "S2"
    TRIAGE = "triage", "甄别中", "S3"
    TRANSFERRED = "transferred", "已转送", "S4"
    ASSIGNED = "assigned", "已交办", "S5"
    DIRECT_REPLIED = "direct_replied", "直接回复", "S6"
    GUIDED = "guided", "转送政法、引导", "S7"
    SENT_TO_DISCIPLINE = "sent_to_discipline", "转送纪检监察", "S8"
    REPORTED_UP = "reported_up", "报请本级党委和政府决定", "S9"
    FILED = "filed", "存查", "S10"
    PASSED_SEALED = "passed_sealed", "密封上送", "C-08"
    OFF_LINE = "off_line", "转为线下办理", "C-15"

    AWAITING_SIGN_IN = "awaiting_sign_in", "待签收", "U1"
    SIGNED_IN = "signed_in", "已签收", "U2"
    OBJECTED = "objected", "提出异议", "U3"
    JURISDICTION_DISPUTED = "jurisdiction_disputed", "受理争议", "U4"
    ACCEPTED = "accepted", "受理（普通程序）", "U5"
    ACCEPTED_SIMPLE = "accepted_simple", "受理（简易办理）", "U6"
    OTHER_ROUTE = "other_route", "告知处理途径", "U7"
    NOT_ACCEPTED = "not_accepted", "不予受理", "U8"
    NO_LONGER_ACCEPTED = "no_longer_accepted", "不再受理", "U9"
    PASSED_DOWN = "passed_down", "转送下级", "U10"

    HANDLING = "handling", "办理中", "H1"
    EXTENDED = "extended", "已延期", "H2"
    IN_APPROVAL = "in_approval", "意见书审签中", "H3"
    OPINION_ISSUED = "opinion_issued", "已出具待送达", "H4"
    OPINION_SERVED = "opinion_served", "已送达、复查期内", "H5"
    MEDIATED = "mediated", "调解、和解达成", "H6"
    WITHDRAWN = "withdrawn", "撤回", "H7"

    EXECUTING = "executing", "落实中", "E1"
    EXECUTED = "executed", "落实完成", "E2"

    REVIEW_REQUESTED = "review_requested", "已请求复查", "R1"
    REVIEW_REFUSED = "review_refused", "复查不予受理", "R2"
    REVIEW_SERVED = "review_served", "复查意见送达", "R3"
    RECHECK_REQUESTED = "recheck_requested", "已请求复核", "K1"
    RECHECK_HEARING = "recheck_hearing", "复核听证中", "K2"
    RECHECK_SERVED = "recheck_served", "复核意见送达", "K3"

    ENDED_WINDOW = "ended_window", "期满未请求", "T1"
    ENDED_RECHECK = "ended_recheck", "复核终结", "T2"
    ENDED_AGREEMENT = "ended_agreement", "协议履行完毕", "T3"
    ENDED_OTHER_ROUTE = "ended_other_route", "导入其他途径", "T4"
    ENDED_WITHDRAWN = "ended_withdrawn", "撤回终结", "T5"
    ENDED_SUGGESTION = "ended_suggestion", "建议已回复", "T6"
    ENDED_SIMPLE = "ended_simple", "简易办结", "T7"
    ENDED_JOINED = "ended_joined", "并入先件", "DU-3"
    ENDED_IMPORTED = "ended_imported", "历史件（导入时已答复）", ""
    ARCHIVED = "archived", "已归档", "A1"

    # stages of a referral only
    RETURNED = "returned", "已退回", "T-22"
    RELAYED = "relayed", "已转出", "T-15"
    CO_ANSWERED = "co_answered", "协办意见已交", "J-04"
    REVIEW_ISSUED = "review_issued", "复查意见已出具待送达", "T-53"
    RECHECK_ISSUED = "recheck_issued", "复核意见已出具待送达", "T-56"
    DESK_CLOSED = "desk_closed", "本单位事项已了", ""


class Step(Coded):
    """One thing that somebody does to a matter. Each has one function of the same name in `matters/steps/`."""

    # intake and registration
    RECEIVE = "receive", "收件", "T-01"
    REGISTER = "register", "登记", "T-02"
    CLASSIFY = "classify", "甄别（类别、属地、诉求）", "T-03"
    JOIN_REPEAT = "join_repeat", "重复件并入", "DU-3"
    MERGE = "merge", "并案", "DU-6"
    UNMERGE = "unmerge", "撤销并案", "DU-6"
    SPLIT = "split", "分案", "T-14"
    CORRECT_REGISTRATION = "correct_registration", "更正登记", "D.1"
    APPROVE_EXTRACT = "approve_extract", "核准摘要", "C-03"
    UNSEAL = "unseal", "决定是否改为其他类别", "B.3"
    # reports, and what must not be read here
    PASS_SEALED = "pass_sealed", "密封上送", "C-08"
    SEAL_OFF_LINE = "seal_off_line", "封存并转为线下办理", "C-15"
    CLEAR_SUBORDINATE = "clear_subordinate", "允许下级单位知悉", "C-02"
    LIFT_CLEARANCE = "lift_clearance", "撤销下级单位知悉", "C-02"
    # the petition office decides
    TRANSFER = "transfer", "转送", "T-04"
    TRANSFER_DOWN = "transfer_down", "向下转送", "T-05"
    ASSIGN = "assign", "交办", "T-06"
    REPORT_UP = "report_up", "报请决定", "T-07"
    RETURN_FROM_LEADERSHIP = "return_from_leadership", "领导批示返回", "T-07"
    TRANSFER_POLITICAL_LEGAL = "transfer_political_legal", "转送政法机关", "T-08"
    GUIDE = "guide", "引导告知", "T-09"
    TRANSFER_DISCIPLINE = "transfer_discipline", "移送纪检监察", "T-10"
    REPLY_DIRECTLY = "reply_directly", "直接回复", "T-11"
    FILE_WITHOUT_ACTION = "file_without_action", "存查", "T-12"
    OBJECT_TO_FILING = "object_to_filing", "信访人对存查、直接回复有异议", "T-12"
    REFUSE_AGAIN_AT_OFFICE = "refuse_again_at_office", "不再受理（信访部门）", "T-13"
    ANSWER_OBJECTION_AGREE = "answer_objection_agree", "同意异议", "T-22"
    ANSWER_OBJECTION_REFUSE = "answer_objection_refuse", "不同意异议", "T-23"
    # the unit decides
    SIGN_IN = "sign_in", "签收", "T-20"
    RAISE_OBJECTION = "raise_objection", "提出异议", "T-21"
    ALLOW_LATE_OBJECTION = "allow_late_objection", "准许逾期提出异议", "T-24"
    DISPUTE_JURISDICTION = "dispute_jurisdiction", "提请裁定管辖", "J-02"
    DECIDE_JURISDICTION = "decide_jurisdiction", "裁定管辖", "J-02"
    ACCEPT = "accept", "受理（普通程序）", "T-25"
    ACCEPT_SIMPLE = "accept_simple", "受理（简易办理）", "T-26"
    NOTIFY_ROUTE = "notify_route", "告知处理途径", "T-27"
    PASS_DOWN = "pass_down", "转送下级", "T-28"
    REFUSE = "refuse", "不予受理", "T-29"
    REFUSE_AGAIN = "refuse_again", "不再受理", "T-30"
    RECORD_SILENCE = "record_silence", "逾期未告知", "T-32"
    # handling
    START_HANDLING = "start_handling", "确定承办人、回避声明", "T-40"
    RECORD_CONTACT = "record_contact", "联系信访人记录", "T-41"
    ASK_RECUSAL = "ask_recusal", "信访人申请回避", "C-05"
    WITHDRAW_FROM_HANDLING = "withdraw_from_handling", "承办人自行回避", "C-05"
    DECIDE_RECUSAL = "decide_recusal", "决定回避", "C-05"
    CONVERT_TO_ORDINARY = "convert_to_ordinary", "转为普通程序", "D.6"
    REQUEST_EXTENSION = "request_extension", "申请延期", "T-42"
    EXTEND = "extend", "批准延期", "T-42"
    DECLINE_EXTENSION = "decline_extension", "不批准延期", "T-42"
    SUBMIT_OPINION = "submit_opinion", "意见书送审", "T-44"
    RETURN_OPINION = "return_opinion", "退回修改", "T-44"
    ISSUE_OPINION = "issue_opinion", "签发意见书", "T-44"
    SERVE_OPINION = "serve_opinion", "送达", "T-45"
    CO_ANSWER = "co_answer", "协办单位答复", "J-04"
    SETTLE = "settle", "调解、和解", "T-46"
    RECORD_AGREEMENT_PERFORMED = "record_agreement_performed", "协议履行完毕", "MD"
    RECORD_AGREEMENT_BROKEN = "record_agreement_broken", "协议未履行", "MD-6"
    START_EXECUTION = "start_execution", "开始落实", "T-47"
    REPORT_EXECUTION = "report_execution", "报告已落实", "T-48"
    CONFIRM_EXECUTION = "confirm_execution", "信访人确认落实", "T-48"
    DISPUTE_EXECUTION = "dispute_execution", "信访人认为没有落实", "DU-5"
    REPLY_TO_SUGGESTION = "reply_to_suggestion", "答复建议", "T-61"
    DRAFT_COMPLETION = "draft_completion", "拟写办结报告", "SV-8"
    REPORT_COMPLETION = "report_completion", "签发办结报告", "SV-8"
    RETURN_COMPLETION = "return_completion", "退回办结报告", "SV-8"
    APPROVE_COMPLETION = "approve_completion", "审核认定办结", "SV-8"
    RELAY_COMPLETION = "relay_completion", "审核并转报办结报告", "SV-8"
    # supervision, beside the main line
    ASK_SUPERVISION = "ask_supervision", "要求督办", "SV-9"
    PROPOSE_SUPERVISION = "propose_supervision", "提出督办", "SV-2"
    ISSUE_SUPERVISION = "issue_supervision", "签发督办函", "SV-2"
    DECLINE_SUPERVISION = "decline_supervision", "不予督办", "SV-9"
    ANSWER_SUPERVISION = "answer_supervision", "答复督办", "SV-2"
    RETURN_SUPERVISION = "return_supervision", "退回督办答复", "SV-2"
    CLOSE_SUPERVISION = "close_supervision", "督办办结", "SV-2"
    NOTE_LEDGER = "note_ledger", "台账记录", "A-33"
    # major and urgent, beside the main line
    FLAG_URGENT = "flag_urgent", "标记重大紧急", "UR-1"
    SEND_URGENT = "send_urgent", "报送重大紧急信息", "UR-1"
    RECORD_URGENT_SENDING = "record_urgent_sending", "登记线下报送", "UR-2"
    CONTINUE_URGENT = "continue_urgent", "重大紧急续报", "UR-5"
    CLOSE_URGENT = "close_urgent", "重大紧急终报", "UR-5"
    UNFLAG_URGENT = "unflag_urgent", "核实后取消重大紧急标记", "UR-4"
    ALARM_URGENT = "alarm_urgent", "重大紧急未报送提醒", "UR-3"
    # review and recheck
    REQUEST_REVIEW = "request_review", "请求复查", "T-50"
    ACCEPT_REVIEW = "accept_review", "受理复查申请", "T-51"
    FORWARD_REVIEW = "forward_review", "转送有权复查机关", "T-51"
    REFUSE_REVIEW = "refuse_review", "复查不予受理", "T-52"
    ISSUE_REVIEW_OPINION = "issue_review_opinion", "出具复查意见", "T-53"
    SERVE_REVIEW_OPINION = "serve_review_opinion", "送达复查意见", "T-53"
    REQUEST_RECHECK = "request_recheck", "请求复核", "T-54"
    REFUSE_RECHECK = "refuse_recheck", "复核不予受理", "T-52"
    OPEN_HEARING = "open_hearing", "决定听证", "T-55"
    CLOSE_HEARING = "close_hearing", "听证结束", "T-55"
    ISSUE_RECHECK_OPINION = "issue_recheck_opinion", "出具复核意见", "T-56"
    SERVE_RECHECK_OPINION = "serve_recheck_opinion", "送达复核意见", "T-56"
    # the citizen
    SUPPLEMENT = "supplement", "补充材料", "DU-3"
    ASK_PROGRESS = "ask_progress", "询问进度", "RA-7"
    ANSWER_PROGRESS = "answer_progress", "答复询问", "RA-7"
    RATE = "rate", "评价", "D.17"
    REQUEST_WITHDRAWAL = "request_withdrawal", "申请撤回", "WD-1"
    CANCEL_WITHDRAWAL = "cancel_withdrawal", "取消撤回", "WD-3"
    COMPLETE_WITHDRAWAL = "complete_withdrawal", "撤回生效", "WD-3"
    RESUME = "resume", "撤回后恢复办理", "WD-5"
    # the system, and the end
    END_WINDOW = "end_window", "期满终结", "T-57"
    END_OTHER_ROUTE = "end_other_route", "登记其他途径的结果并办结", "RT-4"
    RECORD_OVERDUE = "record_overdue", "逾期记录", "T-58"
    WARN = "warn", "期限预警", "DL-20"
    RECOMPUTE_LIMIT = "recompute_limit", "期限重算", "DL-17"
    ARCHIVE = "archive", "归档", "AR-1"
    IMPORT_HISTORY = "import_history", "导入历史件", ""


class Role(Coded):
    """What an officer, or a citizen, may be in a step: B.2."""

    CITIZEN = "citizen", "信访人", "CIT"
    VILLAGE_INFORMATION_OFFICER = "village_information_officer", "信访信息员", "VIO"
    REGISTRAR = "registrar", "登记员", "REG"
    TRIAGE = "triage", "甄别转办岗", "TRI"
    OFFICE_LEADER = "office_leader", "信访部门负责人", "POL"
    SUPERVISOR = "supervisor", "督查专员", "SUP"
    UNIT_RECEIVER = "unit_receiver", "收文岗", "URC"
    HANDLER = "handler", "承办人", "UHD"
    UNIT_LEADER = "unit_leader", "单位负责人", "ULD"
    REVIEWER = "reviewer", "复查复核承办人", "RVW"
    LEADER = "leader", "接访、包案领导", "LDR"
    JOINT_CONFERENCE = "joint_conference", "联席办", "JCO"
    MEDIATOR = "mediator", "调解员", "MED"
    DISCIPLINE_LIAISON = "discipline_liaison", "纪检监察对接人", "DSL"
    JUDICIAL_LIAISON = "judicial_liaison", "政法对接人", "JUL"
    PERSONNEL_LIAISON = "personnel_liaison", "组织人事对接人", "PSL"
    ANALYST = "analyst", "分析研判岗", "ANA"
    ARCHIVIST = "archivist", "档案员", "ARC"
    SYSTEM_ADMINISTRATOR = "system_administrator", "系统管理员", "SYS"
    SECURITY_ADMINISTRATOR = "security_administrator", "安全管理员", "SEC"
    AUDITOR = "auditor", "审计员", "AUD"
    SYSTEM = "system", "系统", ""


class Kind(Coded):
    """The three kinds of matter: C.4 (R-29, R-30, R-31). Decided at triage; empty until then."""

    SUGGESTION = "suggestion", "建议意见类", "R-29"
    REPORT = "report", "检举控告类", "R-30"
    REQUEST = "request", "申诉求决类", "R-31"


class Purpose(Coded):
    """What the citizen says it is: C.5. Project codes; the official code is unknown (99 = other)."""

    APPEAL = "appeal", "申诉", "SS"
    SOLVE = "solve", "求决", "QJ"
    ACCUSE = "accuse", "揭发控告", "JK"
    SUGGEST = "suggest", "意见建议", "JY"
    ASK = "ask", "咨询", "ZX"
    OTHER = "other", "其他", "QT"


class Channel(Coded):
    """How it came: C.1. No channel may be refused registration (I-01, R-17(1))."""

    LETTER = "letter", "来信", "LX"
    VISIT = "visit", "来访", "LF"
    WEB = "web", "网上信访", "WX"
    PHONE = "phone", "来电", "LD"
    SMS = "sms", "手机短信", "DX"
    FAX = "fax", "传真", "CZ"
    LEADER_MAILBOX = "leader_mailbox", "领导信箱", "XX"
    OPINION_BOX = "opinion_box", "意见箱", "YJ"
    LEADER_RECEPTION = "leader_reception", "领导接访", "JF"
    OUTREACH = "outreach", "下访接访", "XF"
    AGENT = "agent", "代办", "DB"
    MEDIA = "media", "媒体、留言板、12345转办", "MT"
    OTHER_ORGAN = "other_organ", "其他机关移交", "ZJ"


class Route(Coded):
    """The six routes of R-31 (依法分类处理): D.8. Only the sixth has the petition clock of 60 + 30 days."""

    JUDICIAL = "judicial", "诉讼、检察、公安等政法机关程序", "一"
    ARBITRATION = "arbitration", "仲裁", "二"
    PARTY_APPEAL = "party_appeal", "党员申诉、申请复审", "三"
    ADMINISTRATIVE = "administrative", "行政复议、裁决、确认、许可、处罚等行政程序", "四"
    DUTY_TO_ACT = "duty_to_act", "申请履行法定职责", "五"
    PETITION = "petition", "信访程序", "六"


class ReferralKind(Coded):
    """Why a matter lies on the desk of an organisation."""

    INTAKE = "intake", "首接登记", ""
    TRANSFER = "transfer", "转送", "R-22(1)"
    ASSIGNMENT = "assignment", "交办", "R-22(1)(三)"
    CO_HANDLING = "co_handling", "协办", "J-04"
    DIRECT = "direct", "直接向本单位提出", "R-23(2)"
    POLITICAL_LEGAL = "political_legal", "转送政法", "R-22(2)"
    DISCIPLINE = "discipline", "移送纪检监察", "R-22(2)"
    REVIEW = "review", "复查", "R-35"
    RECHECK = "recheck", "复核", "R-36"


class Outcome(Coded):
    """The answer to one request (诉求) in a handling opinion: R-32, GT-5."""

    SUPPORT = "support", "支持", "R-32(1)"
    PARTLY = "partly", "部分支持", "R-32(1)"
    EXPLAIN = "explain", "请求合理但缺乏依据，解释说明", "R-32(1)"
    NOT_SUPPORT = "not_support", "不予支持", "R-32(1)"


class ReviewOutcome(Coded):
    """What a review or recheck decides: D.9 (P7b-45, P7f)."""

    UPHOLD = "uphold", "维持", "D.9"
    CHANGE = "change", "变更", "D.9"
    REVOKE = "revoke", "撤销并责令重新作出", "D.9"


class ServiceManner(Coded):
    """How a document reaches the citizen (送达方式): F.2, by analogy with the Civil Procedure Law 87 to 95."""

    IN_PERSON = "in_person", "直接送达", "88"
    LEFT = "left", "留置送达", "89"
    ELECTRONIC = "electronic", "电子送达", "90"
    POST = "post", "邮寄送达", "91"
    THROUGH_ORGAN = "through_organ", "委托、转交送达", "91-94"
    PUBLIC_NOTICE = "public_notice", "公告送达", "95"


class Line(Coded):
    """The line (条线) of an organisation: B.1."""

    PETITION_OFFICE = "petition_office", "信访部门", "PO"
    DEPARTMENT = "department", "职能部门", "DEPT"
    PARTY = "party", "党委工作机关", "PARTY"
    CONGRESS = "congress", "人大", "CONGRESS"
    CPPCC = "cppcc", "政协", "CPPCC"
    COURT = "court", "法院", "COURT"
    PROCURATORATE = "procuratorate", "检察院", "PROC"
    POLICE = "police", "公安", "POLICE"
    JUSTICE = "justice", "司法行政", "JUSTICE"
    DISCIPLINE = "discipline", "纪检监察", "DISC"
    PERSONNEL = "personnel", "组织（人事）", "ORGDEPT"
    MASS = "mass", "群团", "MASS"
    ENTERPRISE = "enterprise", "企业", "SOE"
    INSTITUTION = "institution", "事业单位", "INST"
    JOINT_CONFERENCE = "joint_conference", "联席办", "JC"
    GOVERNMENT = "government", "人民政府", "GOV"
    COMMITTEE = "committee", "党委", "COMMITTEE"
    VILLAGE = "village", "村（居）委会", "VILLAGE"


# 层级: 0 national … 5 village. The "four levels" 区地县乡 of the platform are 1 to 4.
LEVELS = {0: "国家", 1: "自治区（省）", 2: "地区（市、州）", 3: "县（市、区）", 4: "乡镇（街道）", 5: "村（社区）"}
