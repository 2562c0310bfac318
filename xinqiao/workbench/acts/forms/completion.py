"""办结报告: written by the handler, signed by the head, approved, sent back, relayed (SV-8)."""

from django.utils.translation import gettext_lazy as _

from xinqiao.matters import policy
from xinqiao.matters.steps import completion
from xinqiao.rules.completion import TERM, TYPED

from ..fields import Day, Prose
from . import StepForm


def _typed() -> dict[str, Prose]:
    """One field for each content of rules/completion.CONTENTS that somebody writes."""
    return {row.key: Prose(label=row.name, limit="facts", rows=5, help_text=row.hint) for row in TYPED}


class ReportForm(StepForm):
    """What was drafted, or what the platform knows, stands there already; the head of the unit may change it before signing."""

    answer_note = Prose(
        label=_("没有信访人签收的答复时：怎样告知的、为什么没有签收"),
        rows=3,
        required=False,
        help_text=_("有送达凭证的，平台会自动列入附件，不用填写。"),
    )

    def prepare(self):
        self.fields = {**_typed(), **self.fields}
        desk = self.situation.desk
        written = completion.own_report(desk)
        below = completion.report_from_below(desk)
        known = written.said if written else below.said if below else {}
        self.first(**known)
        self.first(**completion.suggested(self.matter, desk))


class RelayForm(ReportForm):
    review = Prose(
        label=_("本级审核意见"), rows=4, help_text=_("审核了什么、事实是否清楚、处理是否恰当、是否认定办结。")
    )

    def prepare(self):
        super().prepare()
        self.fields = {"review": self.fields.pop("review"), **self.fields}


class ReturnForm(StepForm):
    missing = Prose(label=_("还缺什么"), rows=4, help_text=_("逐条写明，承办单位会看到。"))
    report_due_on = Day(label=_("最晚哪一天重新报送"))

    def prepare(self):
        self.first(report_due_on=policy.limit(TERM, self.situation.today, days=15).due)


class ApproveForm(StepForm):
    opinion = Prose(
        label=_("审核意见"), rows=3, required=False, help_text=_("可以不写。认定办结后，这一次交办不再等待。")
    )
