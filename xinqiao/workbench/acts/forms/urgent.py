"""重大紧急: marked and written, signed, sent by other means, continued, closed (UR-1 to UR-6)."""

from datetime import timedelta

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from xinqiao.matters.steps import urgent
from xinqiao.organisations.models import Organisation
from xinqiao.rules.urgent import BY_KEY, NO_NAMES, OUTSIDE_NOTE, PARTS, RESCUE, RESCUE_FIRST, UrgentGround

from ..fields import Organ, Prose, YesNo
from . import StepForm

MOMENT = {"input_formats": ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"]}


class Moment(forms.DateTimeField):
    """A day and an hour, as browsers send it and as people type it."""

    def __init__(self, **kwargs):
        widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
        super().__init__(widget=widget, **MOMENT, **kwargs)
        self.error_messages["invalid"] = _("请把时间写成 2026-03-18 15:30 这样。")


class SituationForm(StepForm):
    """UR-5: what, where, when, how many, danger to life, demands, measures, contact, next report."""

    danger_to_life = YesNo(label=_("有没有人身危险"), yes=_("有"), no=_("没有发现"), help_text=RESCUE_FIRST)
    affected = forms.IntegerField(
        label=_("涉及多少人"), min_value=0, max_value=9_999_999, help_text=_("只写人数，可以是估计数。")
    )
    next_report_at = Moment(label=_("下一次什么时候续报"))

    def prepare(self):
        fields = dict(self.fields)
        self.fields = {"danger_to_life": fields.pop("danger_to_life")}
        for part in (RESCUE, *PARTS):
            needed = part is not RESCUE
            hint = f"{part.hint}{NO_NAMES}" if part.key == "happened" else part.hint
            self.fields[part.key] = Prose(label=part.name, rows=2, required=needed, help_text=hint)
            if part.key == "since":
                self.fields["affected"] = fields.pop("affected")
        self.fields |= fields
        row = urgent.own_row(self.matter, self.officer.organisation)
        if row and row.said:
            self.first(**row.said, affected=row.affected, danger_to_life="yes" if row.danger_to_life else "no")
        self.first(contact=f"{self.officer.user.name} {self.officer.phone or self.officer.organisation.phone}".strip())
        self.first(next_report_at=localtime(self.situation.at) + timedelta(hours=2))

    def facts(self):
        given = super().facts()
        said = {part.key: given.pop(part.key) for part in (RESCUE, *PARTS)}
        return {**given, "said": said}

    wishes = {"danger_to_life": {"columns": 2}}


class FlagForm(SituationForm):
    ground = forms.ChoiceField(
        label=_("为什么是重大紧急"),
        choices=UrgentGround.choices(),
        widget=forms.RadioSelect,
        help_text=_("人多本身不是重大紧急。"),
    )

    def prepare(self):
        super().prepare()
        ground = self.fields.pop("ground")
        danger = self.fields.pop("danger_to_life")
        self.fields = {"danger_to_life": danger, "ground": ground, **self.fields}


class SendForm(StepForm):
    department = Organ(
        label=_("主管部门"), required=False, help_text=_("同时通报主管部门。本单位就是主管部门的，不用选。")
    )

    def prepare(self):
        low, high = self.officer.organisation.territory
        lines = BY_KEY["department"].lines
        near = Organisation.objects.filter(line__in=lines, active=True, level=self.officer.organisation.level)
        candidates = near.filter(lft__range=(low, high)).exclude(pk=self.officer.organisation_id)
        self.offer("department", candidates)
        unit = self.matter.unit
        if unit and candidates.filter(pk=unit.pk).exists():
            self.first(department=unit.pk)


class OutsideForm(StepForm):
    delivery_id = forms.TypedChoiceField(label=_("报给了哪里"), coerce=int, widget=forms.RadioSelect)
    done_at = Moment(label=_("什么时候报送的"))
    how = Prose(
        label=_("怎样报送的"), rows=2, help_text=_("值班电话、机要、专网等；接收人的单位和编号。") + OUTSIDE_NOTE
    )

    def prepare(self):
        rows = urgent.owed_outside(self.matter, self.officer.organisation)
        self.fields["delivery_id"].choices = [(row.pk, f"{row.name}（第{row.round}次）") for row in rows]
        self.first(done_at=localtime(self.situation.at))
        if rows:
            self.first(delivery_id=rows[0].pk)


class CloseForm(StepForm):
    outcome = Prose(label=_("情况怎样结束的"), rows=4, help_text=_("写明处置结果、还有什么后续安排。") + NO_NAMES)


class UnflagForm(StepForm):
    reason = Prose(
        label=_("怎样核实的、为什么不属于重大紧急"),
        rows=4,
        help_text=_("隐瞒、谎报、缓报要承担责任，这段话会留在办理记录中。"),
    )
    danger = True
