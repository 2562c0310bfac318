"""签收、异议、受理、告知途径、转下级、不予受理: the unit decides within 15 days (D.4, D.6, D.8, D.10)."""

from django import forms
from django.db.models import Q
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from xinqiao.matters.secrecy import shut_out_organisations
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules import grounds, routes
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Line, ReferralKind, Route

from ..fields import OneLine, Organ, Prose, YesNo, by_competence
from . import StepForm


class ObjectionForm(StepForm):
    reasons = Prose(
        label=_("不属于本单位职权的理由"),
        limit="facts",
        rows=5,
        help_text=_("写明具体事实和职责分工，不能只写“不属于本单位职权”。"),
    )
    competent_organ = OneLine(label=_("应当由哪个机关、单位办理"))
    basis = Prose(label=_("依据"), rows=3, help_text=_("职责规定（三定方案）或者法律、法规的名称和条款。"))


class AcceptSimpleForm(StepForm):
    may_be_refused = YesNo(label=_("诉求可能不予支持吗？"))
    in_statutory_procedure = YesNo(label=_("已经或者依法应当通过法定行政程序等途径办理吗？"))
    complex_matter = YesNo(label=_("属于重大、复杂、疑难吗？"))
    wishes = {name: {"columns": 2} for name in ("may_be_refused", "in_statutory_procedure", "complex_matter")}


class RouteForm(StepForm):
    route = forms.ChoiceField(label=_("适用哪一条途径"), widget=forms.RadioSelect)
    reasons = Prose(label=_("为什么适用这一途径"), rows=4)
    basis = Prose(label=_("法律依据"), rows=2, required=False, help_text=_("不填写时，写上这一途径的一般依据。"))
    opened_by_unit = YesNo(
        label=_("这一程序已经由本单位启动吗？"), help_text=_("本单位能启动的，应当直接启动，不让信访人再跑一趟。")
    )
    procedure_number = OneLine(label=_("已启动的：案号或受理编号"), required=False)
    apply_to = OneLine(label=_("没有启动的：向哪里申请"), required=False)
    apply_how = Prose(label=_("怎样申请、带什么材料"), rows=2, required=False)
    apply_until = OneLine(label=_("申请的期限"), required=False, help_text=_("请提醒信访人不要错过。"))
    wishes = {"opened_by_unit": {"columns": 2}}
    danger = True

    def prepare(self):
        rows = [row for route, row in routes.ROUTES.items() if route != Route.PETITION]
        field = self.fields["route"]
        field.choices = [(row.route.value, f"（{row.route.code}）{row.route.label}") for row in rows]
        field.option_hints = {row.route.value: f"{row.examples}。{row.clock}" for row in rows}
        if self.matter.route and self.matter.route != Route.PETITION:
            self.first(route=self.matter.route)

    def clean(self):
        sent = self.cleaned_data
        if sent.get("opened_by_unit") is True and not sent.get("procedure_number"):
            self.add_error("procedure_number", _("请填写案号或者受理编号，信访人凭它查询。"))
        if sent.get("opened_by_unit") is False:
            for name in ("apply_to", "apply_how", "apply_until"):
                if not sent.get(name):
                    self.add_error(name, _("没有启动程序的，请填写“%(label)s”。") % {"label": self.fields[name].label})

    def facts(self):
        return {**super().facts(), "route": Route(self.cleaned_data["route"])}


def subordinates(officer: Officer):
    """Active organs below the officer's own, in the tree or in its line."""
    own = officer.organisation
    return Organisation.objects.filter(Q(lft__gt=own.lft, lft__lte=own.rgt) | Q(parent_line=own), active=True)


class PassDownForm(StepForm):
    to = Organ(label=_("转给哪个下级单位"))
    reason = Prose(label=_("转送的理由"), rows=3)

    def prepare(self):
        found = subordinates(self.officer).exclude(shut_out_organisations(self.matter.pk))
        self.offer("to", found, by_competence(self.officer, self.matter))


class RefuseForm(StepForm):
    """The ground decides which words the notice needs: choosing one shows its fields and its conditions."""

    ground = forms.ChoiceField(label=_("理由"), widget=forms.RadioSelect)
    danger = True

    def prepare(self):
        allowed = [row for row in grounds.GROUNDS.values() if row.id.startswith("NA-") and self._may(row.id)]
        self.fields["ground"].choices = [(row.id, f"{row.title}（{row.article}）") for row in allowed]
        self.fields["ground"].widget.attrs["data-reshow"] = "1"
        chosen = (self.given("ground") or [""])[0]
        self.row = next((row for row in allowed if row.id == chosen), None)
        if self.row is None:
            return
        self.wanted = [name for name in grounds.FIELDS if f"{{{name}}}" in self.row.notice]
        for name in self.wanted:
            self.fields[f"word_{name}"] = OneLine(label=grounds.FIELDS[name])
        self.fields["facts"] = Prose(label=_("查明的事实"), rows=4, limit="facts")
        self.fields["where_to_turn"] = Prose(label=_("信访人下一步可以怎么办"), rows=3, help_text=self.row.hand_over)
        self.fields["conditions"] = forms.BooleanField(
            label=_("以上条件都已经核对，全部具备"),
            error_messages={"required": _("条件没有全部具备的，应当受理。请核对后勾选。")},
        )

    def _may(self, ground: str) -> bool:
        desk = self.situation.desk
        try:
            grounds.refusal_allowed(
                ground,
                filed_directly=bool(desk and desk.kind == ReferralKind.DIRECT),
                by_petition_office=self.officer.organisation.line == Line.PETITION_OFFICE,
            )
        except StepRefused:
            return False
        return True

    def _row(self, bound):
        drawn = super()._row(bound)
        if bound.name == "ground":
            return format_html(
                '{}<noscript><button class="btn secondary" name="do" value="show">{}</button></noscript>',
                drawn,
                _("继续：填写这一理由的内容"),
            )
        if bound.name != "conditions":
            return drawn
        items = format_html_join("", "<li>{}</li>", ((line,) for line in self.row.preconditions))
        return format_html(
            '<div class="note"><div><b>{}</b><ul>{}</ul></div></div>{}', _("使用这一理由的条件"), items, drawn
        )

    def clean(self):
        if "facts" not in self.fields:
            self.add_error("ground", _("请先选择理由，再填写告知书的内容。"))

    def facts(self):
        sent = self.cleaned_data
        return {
            "ground": sent["ground"],
            "fields": {name: sent[f"word_{name}"] for name in self.wanted},
            "facts": sent["facts"],
            "where_to_turn": sent["where_to_turn"],
        }
