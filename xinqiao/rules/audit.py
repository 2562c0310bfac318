"""What the audit log keeps: one row for each sort of entry, and whether the citizen is told of it (C-11, LG-6; checklist 54)."""

from xinqiao.rules.stages import Coded


class AuditKind(Coded):
    """What somebody did, or tried, beside the steps of a matter, which have their own history."""

    OPENED_FILE = "opened_file", "查看信访件", "LG-6"
    READ_REPORT = "read_report", "查看检举控告材料", "C-11"
    READ_IDENTITY = "read_identity", "查看信访人身份", "C-11"
    READ_LETTER = "read_letter", "查看文书", "C-11"
    READ_ATTACHMENT = "read_attachment", "查看附件", "C-11"
    SEARCHED_PERSON = "searched_person", "按信访人查找", "C-11"
    FOUND_REPORT = "found_report", "检索到检举控告件", "C-11"
    REVEAL_ASKED = "reveal_asked", "申请查看保密身份", "C-11"
    REVEAL_DECIDED = "reveal_decided", "审批查看保密身份", "C-11"
    EXPORTED = "exported", "导出", "C-11"
    EXPORT_ASKED = "export_asked", "申请导出", "C-10"
    EXPORT_DECIDED = "export_decided", "审批导出", "C-10"
    REFUSED = "refused", "无权访问", "checklist 54"
    SIGNED_IN = "signed_in", "登录", "checklist 54"
    SIGN_IN_FAILED = "sign_in_failed", "登录失败", "checklist 54"
    SIGNED_OUT = "signed_out", "退出", "checklist 54"
    SESSION_ENDED = "session_ended", "会话被终止", "checklist 51"
    FACTOR_CHANGED = "factor_changed", "第二因素变更", "checklist 51"
    PASSWORD_CHANGED = "password_changed", "密码变更", "checklist 51"
    RIGHTS_ASKED = "rights_asked", "申请变更用户或岗位", "B.3"
    RIGHTS_DECIDED = "rights_decided", "审批变更用户或岗位", "B.3"
    ORGANISATIONS_CHANGED = "organisations_changed", "新建、更改机构", "A-05"
    KEY_CHANGED = "key_changed", "密钥轮换", "checklist 54"
    VERIFIED = "verified", "完整性核对", "checklist 54"
    FINDING_DECIDED = "finding_decided", "核对巡查发现", "SV-2"
    INFORMATION_REPORTED = "information_reported", "信息上报", "A-36"
    SCREENED = "screened", "排查报送", "A-35"
    MEETING_RECORDED = "meeting_recorded", "会议记录", "A-48"
    LEDGER = "ledger", "台账", "A-33"
    RECOMMENDED = "recommended", "三项建议", "R-40"
    MEASURE_TAKEN = "measure_taken", "联席会议措施", "R-39(3)"
    SAMPLE_DRAWN = "sample_drawn", "抽查抽取", "G.2"
    PUBLISHED = "published", "公开答复", "I-17"
    REPORT_WRITTEN = "report_written", "分析报告", "H.5"
    CLASSIFIER_CHANGED = "classifier_changed", "改用分类模型的版本", "PIPL 24"
    HOT_ISSUE = "hot_issue", "热点问题研判", "H.3"
    DRAFTED = "drafted", "请机器起草", "checklist 47"
    DIGEST_READ = "digest_read", "查看干部情况通报", "C-09"
    AUDIT_READ = "audit_read", "查看安全审计日志", "LG-4"


# LG-6: the citizen's page "who looked" lists these, by organisation and post.
TOLD_TO_CITIZEN = frozenset(
    {
        AuditKind.OPENED_FILE,
        AuditKind.READ_REPORT,
        AuditKind.READ_IDENTITY,
        AuditKind.READ_LETTER,
        AuditKind.READ_ATTACHMENT,
        AuditKind.REVEAL_ASKED,
        AuditKind.EXPORTED,
    }
)


# How the auditor's page draws and filters them: people look for a pattern before they read a line.
GROUPS = {
    "read": (
        "查看",
        (AuditKind.OPENED_FILE, AuditKind.READ_REPORT, AuditKind.READ_IDENTITY, AuditKind.READ_LETTER, AuditKind.READ_ATTACHMENT,
         AuditKind.DIGEST_READ, AuditKind.DRAFTED, AuditKind.SEARCHED_PERSON, AuditKind.FOUND_REPORT),
    ),
    "reveal": ("查看保密身份", (AuditKind.REVEAL_ASKED, AuditKind.REVEAL_DECIDED)),
    "export": ("导出", (AuditKind.EXPORTED, AuditKind.EXPORT_ASKED, AuditKind.EXPORT_DECIDED)),
    "refused": ("被拒绝", (AuditKind.REFUSED, AuditKind.SIGN_IN_FAILED)),
    "session": ("登录", (AuditKind.SIGNED_IN, AuditKind.SIGNED_OUT, AuditKind.SESSION_ENDED)),
}  # fmt: skip
OTHER_GROUP = ("other", "账号、权限、密钥、审计")


def group_of(kind: str) -> str:
    """The group of one kind; what stands in none is `other`."""
    return next((key for key, (_label, kinds) in GROUPS.items() if kind in kinds), OTHER_GROUP[0])


def kinds_of(group: str) -> tuple[AuditKind, ...]:
    """The kinds of one group."""
    if group in GROUPS:
        return GROUPS[group][1]
    return tuple(kind for kind in AuditKind if group_of(kind) == OTHER_GROUP[0])
