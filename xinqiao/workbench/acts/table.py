"""Every step that an officer takes from a case page: which form, what is said before and after, what it means for the citizen.

The law is in rules/moves.py; here are the words and the form. A step without a row has no page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from xinqiao.rules.stages import Step

from . import panels
from .forms import StepForm, completion, handle, office, register, reports, review, supervise, unit, urgent
from .panels import Panel
from .situation import Situation


@dataclass(frozen=True)
class Act:
    """One row. `label`: the button. `intro`: what it means for citizen and clocks. `done`: said afterwards.

    `starts_on`: a limit that does not count from today; `starts_when`: one whose first day is not known yet.
    `letters`: documents that the move table does not name. `panel`: what else to look at before deciding.
    """

    step: Step
    label: str | Promise
    intro: str | Promise
    done: str | Promise
    form: type[StepForm] = StepForm
    panel: Callable[[Situation], list[Panel]] = lambda situation: []
    template: str = "workbench/acts/step.html"
    starts_on: dict[str, Callable[[Situation], date | None]] = field(default_factory=dict)
    starts_when: dict[str, str | Promise] = field(default_factory=dict)
    letters: tuple[str, ...] = ()


_FROM_RECEIPT = _("从信访人收到之日起算")
_ARRIVAL = _("收件单位从收到之日起15日内告知信访人是否受理，5个工作日内可以提出异议。")

_ROWS = (
    # ---- registration
    Act(Step.REGISTER, _("登记"),
        _("登记是信访人的权利，重复来信、匿名来信都要登记。登记后出具登记表，从收到之日起15日内决定去向。"),
        _("已登记。"), register.RegisterForm, panels.earlier_ones),
    Act(Step.CORRECT_REGISTRATION, _("更正"), _("只更正登记的标题和地址。信访人的原文不会改变，原来的登记保留在办理记录中。"),
        _("已更正登记。"), register.CorrectForm),
    Act(Step.CLASSIFY, _("完成甄别"),
        _("甄别决定这一件按什么程序办、谁能看到。检举控告类从此只有指定岗位能看，不会转给被反映的单位。"),
        _("已甄别。"), register.ClassifyForm, panels.submission),
    Act(Step.JOIN_REPEAT, _("并入先件"),
        _("同一信访人就同一事项重复提出，先件还在办理的，并入先件。不重新计算期限，信访人会知道先件的进度和期限。"),
        _("已并入先件，承办单位会看到补充的内容。"), register.JoinForm, panels.submission),
    Act(Step.MERGE, _("并案"), _("多个信访人反映同一件事时并案办理。每个人的编号、告知、评价和复查权利都保留，可以撤销。"),
        _("已并案。"), register.MergeForm, panels.submission),
    Act(Step.UNMERGE, _("撤销并案"), _("撤销后，这一件单独办理。"), _("已撤销并案。"), register.UnmergeForm),
    Act(Step.SPLIT, _("分案"),
        _("一封信里有几件事，或者既有诉求又有检举时分开办理。分出的一件用您写的摘要，原信留在这里，不随之转出。"),
        _("已分案，分出的一件已经收件。"), register.SplitForm, panels.submission),
    Act(Step.APPROVE_EXTRACT, _("核准摘要"),
        _("分出的摘要要由写摘要以外的人核对。请看“信访内容”：转出去的就是这些，一字不差。"),
        _("已登记核对结果。"), reports.ExtractApprovalForm, panels.extract),
    Act(Step.UNSEAL, _("决定是否改类"), _("信访人按检举控告提出的，改为其他类别会让更多人看到，要由第二个人同意。"),
        _("已登记决定。"), reports.UnsealForm, panels.submission),
    Act(Step.PASS_SEALED, _("密封上送"),
        _("涉及本级纪检监察机关、本部门，或者属于上级管辖的检举控告，收到之日起5个工作日内密封上送。本级只留编号、日期和去向，内容、附件、身份从此打不开，不复制、不摘抄、不打印。"),
        _("已密封上送，本级只留编号、日期和去向。"), reports.PassSealedForm),
    Act(Step.SEAL_OFF_LINE, _("封存，转为线下"),
        _("可能含有国家秘密的，不能留在网上。封存后任何人都打不开内容，只登记交给了谁。信访人会看到已转为线下办理。"),
        _("已封存并转为线下办理。"), reports.OffLineForm),
    Act(Step.CLEAR_SUBORDINATE, _("允许下级知悉"),
        _("被检举控告单位的下级，一律视同回避。确有需要由某个下级协助的，写明理由放开；可以随时撤销。"),
        _("已放开。"), reports.ClearForm),
    Act(Step.LIFT_CLEARANCE, _("撤销知悉"), _("撤销后，这个单位从现在起看不到这一件。"), _("已撤销。"), reports.LiftForm),
    # ---- the petition office decides
    Act(Step.TRANSFER, _("转送"), _("转给有权处理的机关、单位，并告知信访人去向。") + _ARRIVAL,
        _("已转送，并告知信访人去向。"), office.TransferForm, panels.submission),
    Act(Step.TRANSFER_DOWN, _("向下转送"), _("转给下级机关、单位或者下级信访部门。转给信访部门的，15日从首次收到之日起连续计算。"),
        _("已向下转送。"), office.TransferDownForm, panels.submission),
    Act(Step.ASSIGN, _("交办"), _("重要事项交给有权处理的单位办理，限期反馈结果。") + _ARRIVAL,
        _("已交办，等待反馈结果。"), office.AssignForm, panels.submission,
        starts_when={"ASSIGN_N": _("到您填写的反馈日期")}),
    Act(Step.REPORT_UP, _("报请决定"), _("重大、紧急或者需要领导决定的事，报请本级党委和政府。批示返回后继续甄别。"),
        _("已报请本级党委和政府决定。"), office.ReportUpForm, panels.submission),
    Act(Step.RETURN_FROM_LEADERSHIP, _("登记批示并继续甄别"), _("登记领导批示，这一件回到甄别，按批示转送或者交办。"),
        _("已登记批示。"), office.ReturnFromLeadershipForm, panels.proposal),
    Act(Step.TRANSFER_POLITICAL_LEGAL, _("转送政法机关"),
        _("涉法涉诉的来信转给同级政法机关，按诉讼程序办理，并告知信访人去向。不适用信访的60日期限和复查复核。"),
        _("已转送政法机关，并告知信访人去向。"), office.PoliticalLegalForm, panels.submission),
    Act(Step.GUIDE, _("引导告知"), _("来访的涉法涉诉事项，告诉信访人到哪个机关、带什么材料，出具引导告知单。来访已经登记。"),
        _("已引导，请把引导告知单交给信访人。"), office.GuideForm, panels.submission),
    Act(Step.TRANSFER_DISCIPLINE, _("移送纪检监察"),
        _("检举控告按干部管理权限密封移送。移送清单只写编号、日期、页数。只告诉信访人已移送有权机关，不告诉其他单位。"),
        _("已密封移送。"), office.DisciplineForm, letters=("F-05",)),
    Act(Step.REPLY_DIRECTLY, _("回复信访人"), _("公开信息能说明的，直接回复。信访人不同意的，可以提出一次，这一件就回到甄别。"),
        _("已回复信访人。"), office.ReplyForm, panels.submission),
    Act(Step.FILE_WITHOUT_ACTION, _("存查"), _("只限列明的原因。信访人会知道原因，不同意的可以提出一次。"),
        _("已存查，并告知信访人。"), office.FilingForm, panels.submission),
    Act(Step.REFUSE_AGAIN_AT_OFFICE, _("不再受理"),
        _("只用于复核意见已经送达、仍以同一事实和理由提出的。请逐项填写核对表，由第二人确认。信访人有新的事实或者理由，仍可提出。"),
        _("已作出不再受理的告知。"), office.NoLongerAcceptedForm, panels.submission),
    Act(Step.ANSWER_OBJECTION_AGREE, _("同意异议"),
        _("这一件退回本部门重新甄别。15日从首次收到之日起计算，不重新开始。"),
        _("已同意异议，请重新甄别。"), office.ObjectionAnswerForm, panels.objection),
    Act(Step.ANSWER_OBJECTION_REFUSE, _("不同意异议"), _("由原单位继续办理，它的15日从收到之日起连续计算。"),
        _("已答复异议，由原单位办理。"), office.ObjectionAnswerForm, panels.objection),
    Act(Step.ALLOW_LATE_OBJECTION, _("准许逾期提出异议"),
        _("收件单位没有在5个工作日内提出异议的，一般应当依法受理。确有特殊情况的，由您写明理由准许，只准许一次，它的15日连续计算。"),
        _("已准许，收件单位现在可以提出异议。"), office.LateObjectionForm, panels.late_objection),
    Act(Step.DISPUTE_JURISDICTION, _("提请裁定管辖"), _("受理有争议的，提请共同的上一级机关或者联席会议裁定。"),
        _("已提请裁定管辖。"), office.DisputeForm, panels.objection),
    Act(Step.DECIDE_JURISDICTION, _("裁定管辖"), _("裁定后由指定的单位受理，不得再推诿。") + _ARRIVAL,
        _("已裁定管辖。"), office.DecideForm, panels.objection),
    # ---- the unit decides
    Act(Step.SIGN_IN, _("签收"), _("签收只表示收到，15日从收到之日起算，不从签收之日起算。"), _("已签收，请在期限内决定是否受理。"),
        panel=panels.submission),
    Act(Step.RAISE_OBJECTION, _("提出异议"), _("收到之日起5个工作日内提出，写明理由，退回材料前先等信访部门审核。15日继续计算。"),
        _("已提出异议，请等待信访部门答复。"), unit.ObjectionForm, panels.submission),
    Act(Step.ACCEPT, _("受理"), _("受理后向信访人出具受理告知书，写明答复期限。自受理之日起60日内办结并书面答复。"),
        _("已受理，并告知信访人。"), panel=panels.submission),
    Act(Step.ACCEPT_SIMPLE, _("按简易办理受理"), _("事实清楚、容易解决的初次信访，10个工作日内答复。不支持诉求的，要转为普通程序。"),
        _("已按简易办理受理。"), unit.AcceptSimpleForm, panels.simple_facts),
    Act(Step.NOTIFY_ROUTE, _("告知处理途径"),
        _("属于诉讼、仲裁、行政程序等法定途径的，书面告知信访人怎样办、期限多长。本单位能启动的程序，应当先启动。"),
        _("已告知处理途径。"), unit.RouteForm, panels.submission),
    Act(Step.PASS_DOWN, _("转送下级"), _("属于本系统下级单位职权的，转给它办理，并告知信访人去向。") + _ARRIVAL,
        _("已转送下级。"), unit.PassDownForm, panels.submission),
    Act(Step.REFUSE, _("不予受理"), _("只能用列明的理由。告知书写明理由、依据和去哪里办。登记不会取消，信访人可以反映本告知不当。"),
        _("已作出不予受理的告知。"), unit.RefuseForm, panels.submission),
    Act(Step.REFUSE_AGAIN, _("不再受理"),
        _("只用于复核意见已经送达、仍以同一事实和理由提出的。请逐项填写核对表，由第二人确认。"),
        _("已作出不再受理的告知。"), office.NoLongerAcceptedForm, panels.submission),
    # ---- handling
    Act(Step.START_HANDLING, _("开始办理"), _("确定承办人，承办人声明没有利害关系。请在5个工作日内联系信访人，听取陈述。"),
        _("已确定承办人，开始办理。"), handle.StartForm),
    Act(Step.RECORD_CONTACT, _("保存联系记录"), _("记录听取信访人陈述的情况。勾选后信访人也能看到。"),
        _("已保存联系记录。"), handle.ContactForm),
    Act(Step.WITHDRAW_FROM_HANDLING, _("自行回避"),
        _("与信访人或者这件事有利害关系的，应当回避。由本单位负责人决定，决定以前暂停办理，期限照常计算。"),
        _("已提出回避，等待决定。"), reports.WithdrawForm),
    Act(Step.DECIDE_RECUSAL, _("决定是否回避"),
        _("承办人的回避由本单位负责人决定；负责人的回避，由上级领导决定、信访部门登记。信访人会看到决定和理由。"),
        _("已决定，并告知信访人。"), reports.RecusalForm, panels.recusal),
    Act(Step.CONVERT_TO_ORDINARY, _("转为普通程序"), _("60日仍从原来受理之日起计算，请告知信访人。"),
        _("已转为普通程序。"), handle.ConvertForm, starts_on={"HANDLE60": lambda here: here.matter.accepted_on}),
    Act(Step.REQUEST_EXTENSION, _("提交延期申请"), _("情况复杂的，在期限届满前申请，由本单位负责人批准。批准以前，期限不变。"),
        _("已提交延期申请，等待负责人批准。"), handle.ExtensionForm, panels.extension),
    Act(Step.EXTEND, _("批准延期"), _("只能延长一次，最多30日。批准后向信访人出具延期告知书，写明理由和新的期限。"),
        _("已批准延期，并告知信访人。"), handle.ExtendForm, panels.extension),
    Act(Step.DECLINE_EXTENSION, _("不批准延期"), _("期限不变，请承办人按期办结。"), _("没有批准延期，期限不变。"),
        handle.ReasonForm, panels.extension),
    Act(Step.SUBMIT_OPINION, _("送审"), _("送本单位负责人审签。审签期间不能修改，退回后可以再改。"),
        _("已送审。"), template="workbench/acts/opinion_step.html"),
    Act(Step.RETURN_OPINION, _("退回修改"), _("退回承办人修改。办理期限不停止计算。"), _("已退回承办人修改。"),
        handle.ReturnOpinionForm, template="workbench/acts/opinion_step.html"),
    Act(Step.ISSUE_OPINION, _("签发"), _("签发后意见书有文号，不能再改，只能重新作出。请在5个工作日内送达信访人。"),
        _("已签发，请尽快送达信访人。"), template="workbench/acts/opinion_step.html"),
    Act(Step.SERVE_OPINION, _("登记送达"), _("送达后信访人可以在30日内请求复查，也可以评价。没有送达凭证，期限不开始。"),
        _("已登记送达。"), handle.ServeForm, panels.remedy, starts_when={"REVIEW_REQ30": _FROM_RECEIPT}),
    Act(Step.CO_ANSWER, _("提交协办意见"), _("协办意见交给主办单位，由主办单位统一答复信访人。"), _("已提交协办意见。"), handle.CoAnswerForm,
        panels.submission),
    Act(Step.SETTLE, _("登记协议"),
        _("自愿达成的调解、和解协议与意见书有同样的效果，办理期限停止。协议没有履行的，恢复办理。不能约定放弃信访。"),
        _("已登记协议。"), handle.SettleForm, panels.submission,
        starts_when={"MED_CONFIRM30": _("从协议生效之日起算")}),
    # ---- supervision
    Act(Step.PROPOSE_SUPERVISION, _("提出督办"), _("写明单位没有做到什么、要求做什么，并提出改进工作的建议。由信访部门负责人签发督办函。"),
        _("已提出督办，等待负责人签发。"), supervise.ProposeForm, panels.found),
    Act(Step.ISSUE_SUPERVISION, _("签发督办函"), _("签发后督办函送被督办单位，期限开始计算，信访人会看到已经督办。"),
        _("已签发督办函。"), supervise.IssueForm, panels.supervision),
    Act(Step.DECLINE_SUPERVISION, _("不予督办"), _("写明理由。信访人要求督办的，会看到理由，仍可以再提出。"),
        _("已登记不予督办。"), supervise.DeclineForm, panels.supervision),
    Act(Step.ANSWER_SUPERVISION, _("答复督办"), _("书面答复督办的信访部门。答复了仍要把事情办到位，信访事项的期限不变。"),
        _("已答复督办。"), supervise.AnswerForm, panels.supervision),
    Act(Step.RETURN_SUPERVISION, _("退回补充"), _("答复没有说清楚或者没有做到的，写明还缺什么，另定日期。"),
        _("已退回，期限重新计算。"), supervise.ReturnForm, panels.supervision),
    Act(Step.CLOSE_SUPERVISION, _("督办办结"), _("问题解决了，或者已经查清，登记结果。信访人会看到。"),
        _("督办已办结。"), supervise.CloseForm, panels.supervision),
    Act(Step.RECORD_AGREEMENT_PERFORMED, _("登记履行完毕"), _("协议全部履行后，这一件办结。信访人认为没有履行的，仍可提出。"),
        _("已登记履行完毕，这一件办结。"), handle.AgreementPerformedForm),
    Act(Step.RECORD_AGREEMENT_BROKEN, _("恢复办理"), _("协议没有履行的，恢复办理，60日仍从受理之日起计算。"),
        _("已恢复办理。"), handle.ReasonForm, starts_on={"HANDLE60": lambda here: here.matter.accepted_on}),
    Act(Step.START_EXECUTION, _("开始落实"), _("把意见书支持的诉求落实到位。安排会告诉信访人。"), _("已登记落实安排。"), handle.PlanForm),
    Act(Step.REPORT_EXECUTION, _("报告已落实"), _("信访人会收到通知，15日内可以确认，或者提出没有落实。"),
        _("已报告落实情况，等待信访人确认。"), handle.ExecutionReportForm),
    Act(Step.FLAG_URGENT, _("标记重大紧急"),
        _("有人身危险的，请先拨打110、119、120，再填写。填好后由负责人签发，报本级党委政府、主管部门和联席办；信访部门还要报上一级信访部门和国家信访局。"),
        _("已标记。请负责人马上签发报送，30分钟没有报送会提醒。"), urgent.FlagForm, panels.urgent),
    Act(Step.SEND_URGENT, _("签发报送重大紧急信息"), _("签发后马上送到下面列出的单位。不在本平台上的，要用值班电话、机要或者专网报送，再登记。"),
        _("已报送。"), urgent.SendForm, panels.urgent),
    Act(Step.RECORD_URGENT_SENDING, _("登记线下报送"), _("不在本平台上的单位，用其他方式报送以后，在这里登记时间和方式。"),
        _("已登记线下报送。"), urgent.OutsideForm, panels.urgent),
    Act(Step.CONTINUE_URGENT, _("续报"), _("情况有变化，或者到了续报的时间，报给同样的单位。"), _("已续报。"), urgent.SituationForm, panels.urgent),
    Act(Step.CLOSE_URGENT, _("终报"), _("情况已经平稳、处置完毕的，报告结果，不再续报。"), _("已终报。"), urgent.CloseForm, panels.urgent),
    Act(Step.UNFLAG_URGENT, _("取消重大紧急标记"), _("核实后不属于重大紧急、还没有报送的，写明理由取消。"),
        _("已取消标记。"), urgent.UnflagForm, panels.urgent),
    Act(Step.DRAFT_COMPLETION, _("拟写办结报告"), _("向交办的信访部门书面报告结果。写好后由单位负责人签发。"),
        _("已拟写办结报告，请单位负责人签发。"), completion.ReportForm, panels.completion),
    Act(Step.REPORT_COMPLETION, _("签发并报送办结报告"), _("签发后有文号，报给交办的信访部门审核。交办的期限从今天起停止计算。"),
        _("已签发并报送办结报告。"), completion.ReportForm, panels.completion),
    Act(Step.RETURN_COMPLETION, _("退回办结报告"), _("写明还缺什么、哪一天以前补报。交办的期限重新计算。"),
        _("已退回办结报告。"), completion.ReturnForm, panels.completion),
    Act(Step.APPROVE_COMPLETION, _("审核认定办结"), _("事实查清、诉求都有答复、信访人已经收到答复的，认定办结。"),
        _("已认定办结。"), completion.ApproveForm, panels.completion),
    Act(Step.RELAY_COMPLETION, _("审核并转报"), _("附上本级的审核意见，报给交办的上级信访部门。"),
        _("已转报办结报告。"), completion.RelayForm, panels.completion),
    Act(Step.REPLY_TO_SUGGESTION, _("答复建议"), _("告诉信访人是否采纳、为什么。答复后这一件办结。"),
        _("已答复信访人。"), handle.SuggestionForm, panels.submission),
    # ---- review and recheck
    Act(Step.REQUEST_REVIEW, _("登记书面复查申请"),
        _("信访人来信、来访提交的复查申请，由您代为登记。是否超期看寄出的日期，复查的30日从今天收到之日起算。"),
        _("已登记，并转给复查机关。"), review.PaperRequestForm),
    Act(Step.REQUEST_RECHECK, _("登记书面复核申请"),
        _("信访人来信、来访提交的复核申请，由您代为登记。是否超期看寄出的日期，复核的30日从今天收到之日起算。"),
        _("已登记，并转给复核机关。"), review.PaperRequestForm),
    Act(Step.ACCEPT_REVIEW, _("受理复查申请"), _("属于本机关复查、没有超过期限的，应当受理。信访人会收到通知。"),
        _("已受理复查申请。请在30日内作出复查意见。"), panel=panels.review_request),
    Act(Step.FORWARD_REVIEW, _("转送有权复查机关"), _("申请提错机关的，转给有权机关，30日从首次收到申请之日起计算。"),
        _("已转送有权复查机关。"), review.ForwardReviewForm, panels.review_request),
    Act(Step.REFUSE_REVIEW, _("不予受理复查"), _("只能用列明的理由。没有送达凭证，或者意见书没有写明复查权利的，不能以超期拒绝。"),
        _("已作出不予受理的告知。"), review.RefuseReviewForm, panels.review_request),
    Act(Step.ISSUE_REVIEW_OPINION, _("出具复查意见"), _("出具后有文号，不能再改。30日内送达信访人和原单位。"),
        _("已出具复查意见书，请送达。"), review.IssueReviewForm,
        template="workbench/acts/opinion_step.html"),
    Act(Step.SERVE_REVIEW_OPINION, _("登记送达"), _("送达后信访人可以在30日内请求复核。撤销原意见的，原单位重新办理。"),
        _("已登记送达。"), handle.ServeForm, panels.remedy, starts_when={"RECHECK_REQ30": _FROM_RECEIPT}),
    Act(Step.REFUSE_RECHECK, _("不予受理复核"), _("只能用列明的理由。没有送达凭证的，不能以超期拒绝。"),
        _("已作出不予受理的告知。"), review.RefuseReviewForm, panels.review_request),
    Act(Step.OPEN_HEARING, _("决定听证"), _("要提前7日通知信访人。听证的时间不计算在复核的30日内。"),
        _("已决定听证，并通知信访人。"), review.OpenHearingForm, panels.review_request),
    Act(Step.CLOSE_HEARING, _("登记听证结论"), _("登记听证结论，复核期限恢复计算。"), _("已登记听证结论。"), review.CloseHearingForm,
        panels.review_request),
    Act(Step.ISSUE_RECHECK_OPINION, _("出具复核意见"), _("复核意见是信访程序的终结意见，出具后不能再改。"),
        _("已出具复核意见书，请送达。"), review.IssueReviewForm,
        template="workbench/acts/opinion_step.html"),
    Act(Step.SERVE_RECHECK_OPINION, _("登记送达"), _("送达后信访程序终结。撤销原意见的，原单位重新办理。"),
        _("已登记送达。"), handle.ServeForm, panels.remedy),
    # ---- beside the main line, and the end
    Act(Step.ANSWER_PROGRESS, _("答复信访人"), _("信访人会在进度页看到问题和答复。"), _("已答复信访人。"), handle.ProgressForm),
    Act(Step.END_OTHER_ROUTE, _("登记结果并办结"), _("其他法定途径已经有结果的，登记结果，告诉信访人，这一件办结。"),
        _("已登记结果，这一件办结。"), review.RouteResultForm, panels.submission),
    Act(Step.ARCHIVE, _("归档"), _("各单位都已办完、信访人的期限都已届满的，归档保存。"), _("已归档。")),
)  # fmt: skip

ACTS: dict[Step, Act] = {row.step: row for row in _ROWS}
