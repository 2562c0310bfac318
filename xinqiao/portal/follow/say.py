"""补充材料、问问进度、不同意存查（直接答复）、没有落实: acts in which the citizen says something (DU-3, DU-5, T-11, T-12)."""

from django import forms
from django.conf import settings

from xinqiao.matters.act import REASON_AT_LEAST, too_short
from xinqiao.rules.stages import Step
from xinqiao.rules.terms import find

from . import attached
from .acts import Act, ActForm, Prose
from .matter import act_page

PO_DAYS = find("PO15").days


class SupplementForm(ActForm):
    text = Prose(label="要补充什么", limit="content", rows=7, help_text="新的情况、新的证据、写错要改的地方，都可以。")
    files = attached.ManyFiles(
        label="照片和文件", help_text=f"可以一次选几个。每个最多 {settings.XINQIAO_FILE_BYTES // 1024**2} MB。"
    )

    def clean(self) -> dict:
        matter_id = self.dossier.matter.pk
        kept = self.data.getlist("kept") if hasattr(self.data, "getlist") else []
        self.stored, refused = attached.take(self.cleaned_data.get("files") or [], kept, matter_id=matter_id)
        for words in refused:
            self.add_error("files", words)
        if not refused and not self.stored and not self.cleaned_data.get("text") and "text" not in self.errors:
            self.add_error("text", "请写下要补充的内容，或者添加文件。")
        return self.cleaned_data

    def kept(self) -> list[tuple[str, str]]:
        """(name, value of the form) of files that were taken although something else was refused."""
        matter_id = self.dossier.matter.pk
        stored = getattr(self, "stored", [])
        return [(one.original_name, attached.sealed(one, matter_id=matter_id)) for one in stored]

    def facts(self) -> dict:
        return {"text": self.cleaned_data["text"], "files": tuple(self.stored)}


class AskForm(ActForm):
    text = Prose(label="您想问什么", limit="question", required="请写下您想问的话。", rows=5)


class ObjectForm(ActForm):
    text = Prose(
        label="为什么不同意", limit="question", required="请写下不同意的理由，我们好重新看。", rows=6,
        help_text="哪里没说清楚，或者还有什么情况没有考虑到。",
    )  # fmt: skip


class DisputeForm(ActForm):
    text = Prose(
        label="哪些没有做到", limit="question", required="请写下哪些没有做到。", rows=6,
        help_text="答复里说要做什么，现在实际是什么样。",
    )  # fmt: skip


class RecusalForm(ActForm):
    reason = Prose(
        label="为什么要换承办人", limit="reason", required="请写明为什么要换承办人，例如他（她）是对方的亲属。", rows=5,
        help_text=f"例如：他（她）是对方的亲属，和这件事有利害关系，或者就是您反映的人。至少写{REASON_AT_LEAST}个字。",
    )  # fmt: skip

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"]
        if too_short(reason):
            raise forms.ValidationError(f"请写得具体一些，至少{REASON_AT_LEAST}个字，例如他（她）和对方是什么关系。")
        return reason


class SupervisionForm(ActForm):
    text = Prose(
        label="要督办什么", limit="reason", required="请写明要督办什么：哪个单位、什么事没有做到。", rows=5,
        help_text=f"哪个单位、什么事没有做到、您希望怎么办。至少写{REASON_AT_LEAST}个字。",
    )  # fmt: skip


class NothingForm(ActForm):
    """An act that needs no words."""


SUPPLEMENT = Act(
    Step.SUPPLEMENT, SupplementForm, "补充材料", "提交", "我们收到了您的补充材料，承办人会看到。",
    template="portal/follow/supplement.html",
    note="补充材料不会让期限重新计算。",
)  # fmt: skip
ASK = Act(
    Step.ASK_PROGRESS, AskForm, "问问进度", "提交问题", "问题已经转给现在办这件事的单位。回答会显示在这一页。",
    lead="问题会转给现在办这件事的单位。回答会显示在进度页上。",
)  # fmt: skip
OBJECT = Act(
    Step.OBJECT_TO_FILING, ObjectForm, "不同意，请重新看", "继续", f"已经收到。信访部门会重新看，{PO_DAYS} 天内告诉您去向。",
    lead=f"您可以提出一次。信访部门会重新看由谁办，{PO_DAYS} 天内告诉您去向。",
    checked="请核对，只能提出一次",
)  # fmt: skip
DISPUTE = Act(
    Step.DISPUTE_EXECUTION, DisputeForm, "没有落实", "提交", "已经收到。我们会督促落实，不算重复信访。",
    lead="答应的事没有做到，请告诉我们。我们会督促落实，不算重复信访。",
)  # fmt: skip
RECUSAL = Act(
    Step.ASK_RECUSAL, RecusalForm, "申请承办人回避", "提交申请", "已经收到。决定以前，这位承办人暂停办理。结果会显示在这一页。",
    lead="承办人和您反映的事有利害关系，可能不公正的，您可以申请换人。由单位负责人决定；承办人就是负责人的，由上级决定。",
    note=f"{find('RECUSAL3WD').length}内告诉您结果和理由。办理的期限照常计算。",
)  # fmt: skip
SUPERVISION = Act(
    Step.ASK_SUPERVISION, SupervisionForm, "要求督办", "提交", "已经收到。信访部门核对以后答复您，结果会显示在这一页。",
    lead="单位没有按时办、没有按规定办，或者答应的事没有做到，您可以要求信访部门督办。",
    note=f"信访部门{find('SUPERVISE_ASKED5WD').length}内答复您。办理的期限照常计算。",
)  # fmt: skip
CONFIRM = Act(
    Step.CONFIRM_EXECUTION, NothingForm, "确认已经落实", "确认，已经落实", "谢谢您告诉我们。",
    template="portal/follow/plain_act.html",
    lead="请看看答复里答应的事，是不是真的都办好了。只办好一部分，请选“没有落实”。",
    note="确认以后不能改。以后又出现问题，可以重新提出。",
)  # fmt: skip


supplement, ask, object_to_filing, dispute, confirm, recusal, supervision = map(
    act_page, (SUPPLEMENT, ASK, OBJECT, DISPUTE, CONFIRM, RECUSAL, SUPERVISION)
)
