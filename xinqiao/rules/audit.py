"""What the audit log keeps: one row for each sort of entry, and whether the citizen is told of it (C-11, LG-6; checklist 54)."""

from xinqiao.rules.stages import Coded


class AuditKind(Coded):
    """What somebody did, or tried, beside the steps of a matter, which have their own history."""

    OPENED_FILE = "opened_file", "查看信访件", "LG-6"
    READ_REPORT = "read_report", "查看检举控告材料", "C-11"
    READ_IDENTITY = "read_identity", "查看信访人身份", "C-11"
    READ_LETTER = "read_letter", "查看文书", "C-11"
    READ_ATTACHMENT = "read_attachment", "查看附件", "C-11"
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
    KEY_CHANGED = "key_changed", "密钥轮换", "checklist 54"
    VERIFIED = "verified", "完整性核对", "checklist 54"


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
