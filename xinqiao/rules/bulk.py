"""Which acts may be taken on several petitions at once (批量办理), and for every other step of an officer why it may not.

The line: an act is here only when its facts are the same for every petition, or when it has none. Whatever needs a look at this one
petition - an opinion, a refusal, a kind, a ground, a proof of service - is taken one by one. The domain spec has no rule of its own on
this; each act rests on the article of its own row in moves.py and is taken by the same step, petition by petition (INF).

Reports (检举控告) are never in it: who acts on one has opened it, and each opening is on record (C-01, C-11).
Standard library only.
"""

from dataclasses import dataclass

from xinqiao.rules.stages import Step

AT_ONCE = 200  # petitions in one go: as many as a person can still look over before they say yes
KEPT_DAYS = 30  # how long the page with the result of each petition can be opened; the history of each petition stays
REPORT_WORDS = "检举控告要逐件办理。请打开这一件单独办理。"


@dataclass(frozen=True)
class BulkAct:
    """One act. `step`: None for what is no step. `asks`: the facts that the page asks for, once for all.

    `done`, `not_done`: as the result says it ("8 件已转送，2 件没有转送"). `key`: its letter on the keyboard.
    """

    name: str
    step: Step | None
    label: str
    done: str
    not_done: str
    asks: str
    why: str
    words: str = ""
    key: str = ""


BULK_ACTS: dict[str, BulkAct] = {
    act.name: act
    for act in (
        BulkAct(
            "sign_in", Step.SIGN_IN, "签收", "已签收", "没有签收", "nothing", key="a",
            why="T-20, R-23(3): 只记收到的时间，没有要判断的；15日从收到之日起算，不从签收起算",
            words="签收只表示收到，15日从收到之日起算。签收后请逐件决定是否受理。",
        ),
        BulkAct(
            "transfer", Step.TRANSFER, "转送", "已转送", "没有转送", "organ", key="r",
            why="T-04, R-22(1)(一): 已经逐件甄别；同一批反映同一类事的，去向和理由相同",
            words="每一件都会转给同一个机关、单位，写同样的理由，并分别告知信访人去向。去向或理由不一样的，请取消勾选，单独转送。",
        ),
        BulkAct(
            "transfer_down", Step.TRANSFER_DOWN, "向下转送", "已向下转送", "没有向下转送", "lower_organ",
            why="T-05, R-22(1)(二): 同上，收件单位是下级",
            words="每一件都会转给同一个下级机关、单位，写同样的理由，并分别告知信访人去向。去向或理由不一样的，请取消勾选，单独转送。",
        ),
        BulkAct(
            "pass_down", Step.PASS_DOWN, "转送下级", "已转送下级", "没有转送下级", "subordinate", key="r",
            why="T-28, R-23(1): 属于同一个下级单位的职权，去向和理由相同",
            words="每一件都会转给同一个下级单位，写同样的理由，并分别告知信访人去向。去向或理由不一样的，请取消勾选，单独转送。",
        ),
        BulkAct(
            "start_handling", Step.START_HANDLING, "确定承办人", "已确定承办人", "没有确定承办人", "handler", key="a",
            why="T-40, R-28(3): 同一个承办人；回避声明对列出的每一件作出，说不准的那一件先取消勾选（C-05）",
            words="每一件都由同一个人承办。请承办人先看完下面的清单：和哪一件的信访人、信访事项有利害关系，就取消勾选哪一件。",
        ),
        BulkAct(
            "archive", Step.ARCHIVE, "归档", "已归档", "没有归档", "nothing", key="a",
            why="AR-1: 没有要填写的；各单位是否办完、信访人的期限是否届满，由平台逐件核对",
            words="平台会逐件核对：各单位都已办完、信访人的期限都已届满的，才会归档。",
        ),
        BulkAct(
            "mark_read", None, "标为已读", "已标为已读", "没有标为已读", "nothing",
            why="不是办理：只去掉本单位的未读标记，期限和信访人看到的进度都不变",
            words="只去掉本单位的未读标记，期限和信访人看到的进度都不变。",
        ),
    )
}  # fmt: skip

LOOK, TEXT, PROOF, SECOND, REPORT = (
    "要看这一件的事实和材料，逐件判断",
    "告知、答复、意见和理由是为这一件写的",
    "凭证、日期或者结果只属于这一件",
    "由另一个人逐件核对或者批准",
    "检举控告、保密的件逐件办理，每次都留痕（C-01, C-02, C-08, C-11, C-15）",
)
ONE_BY_ONE: dict[Step, str] = {
    **dict.fromkeys(
        (Step.REGISTER, Step.CLASSIFY, Step.JOIN_REPEAT, Step.MERGE, Step.UNMERGE, Step.SPLIT, Step.CORRECT_REGISTRATION,
         Step.ACCEPT, Step.ACCEPT_SIMPLE, Step.ACCEPT_REVIEW, Step.FORWARD_REVIEW, Step.TRANSFER_POLITICAL_LEGAL, Step.ASSIGN,
         Step.CONVERT_TO_ORDINARY), LOOK),
    **dict.fromkeys(
        (Step.REPORT_UP, Step.GUIDE, Step.REPLY_DIRECTLY, Step.FILE_WITHOUT_ACTION, Step.REFUSE_AGAIN_AT_OFFICE,
         Step.DISPUTE_JURISDICTION, Step.RAISE_OBJECTION, Step.NOTIFY_ROUTE, Step.REFUSE, Step.REFUSE_AGAIN, Step.REQUEST_EXTENSION,
         Step.SUBMIT_OPINION, Step.CO_ANSWER, Step.START_EXECUTION, Step.REPLY_TO_SUGGESTION, Step.DRAFT_COMPLETION, Step.RELAY_COMPLETION, Step.FLAG_URGENT, Step.CONTINUE_URGENT, Step.CLOSE_URGENT,
         Step.REFUSE_REVIEW, Step.ISSUE_REVIEW_OPINION, Step.REFUSE_RECHECK, Step.ISSUE_RECHECK_OPINION, Step.ANSWER_PROGRESS, Step.PROPOSE_SUPERVISION,
         Step.ANSWER_SUPERVISION), TEXT),
    **dict.fromkeys(
        (Step.RECEIVE, Step.RETURN_FROM_LEADERSHIP, Step.RECORD_CONTACT, Step.SERVE_OPINION, Step.SETTLE,
         Step.RECORD_AGREEMENT_PERFORMED, Step.RECORD_AGREEMENT_BROKEN, Step.REPORT_EXECUTION, Step.REQUEST_REVIEW,
         Step.SERVE_REVIEW_OPINION, Step.REQUEST_RECHECK, Step.OPEN_HEARING, Step.CLOSE_HEARING, Step.SERVE_RECHECK_OPINION,
         Step.END_OTHER_ROUTE, Step.WITHDRAW_FROM_HANDLING, Step.RECORD_URGENT_SENDING), PROOF),
    **dict.fromkeys(
        (Step.APPROVE_EXTRACT, Step.UNSEAL, Step.ANSWER_OBJECTION_AGREE, Step.ANSWER_OBJECTION_REFUSE, Step.ALLOW_LATE_OBJECTION,
         Step.DECIDE_JURISDICTION, Step.DECIDE_RECUSAL, Step.EXTEND, Step.DECLINE_EXTENSION, Step.RETURN_OPINION,
         Step.ISSUE_OPINION, Step.REPORT_COMPLETION, Step.RETURN_COMPLETION, Step.APPROVE_COMPLETION, Step.SEND_URGENT, Step.UNFLAG_URGENT, Step.ISSUE_SUPERVISION, Step.DECLINE_SUPERVISION, Step.RETURN_SUPERVISION, Step.CLOSE_SUPERVISION), SECOND),
    **dict.fromkeys(
        (Step.PASS_SEALED, Step.SEAL_OFF_LINE, Step.CLEAR_SUBORDINATE, Step.LIFT_CLEARANCE, Step.TRANSFER_DISCIPLINE), REPORT),
}  # fmt: skip
