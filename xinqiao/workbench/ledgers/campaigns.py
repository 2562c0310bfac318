"""攻坚行动: targets, the map by district, rounds of inspection every fifteen days (A-55)."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from xinqiao.ledgers import campaigns
from xinqiao.ledgers.models import Campaign, InspectionRound, RoundFinding
from xinqiao.notifications import inbox
from xinqiao.organisations.models import Officer
from xinqiao.rules.ledgers import ANSWERS_AFTER, COMMAND, ROUND_DAYS, Verdict
from xinqiao.rules.refusals import StepRefused

from ..acts.fields import Day, OneLine
from ..door import officer_required
from .forms import prose

TILES_A_ROW, TILE_WIDE, TILE_HIGH, GAP = 4, 184, 74, 8
TONES = {Verdict.PRAISE: "ok", Verdict.NOTED: "idle", Verdict.CRITICISM: "warn"}
NOT_LOOKED = "not_looked"
SHOWN = 100


class CampaignForm(forms.Form):
    use_required_attribute = False
    name = OneLine(
        label=gettext_lazy("名称"), limit="name", error_messages={"required": gettext_lazy("请填写“名称”。")}
    )
    about = prose("progress", label=gettext_lazy("目标和要求"), rows=4, help_text=gettext_lazy("写要解决的问题和做到的程度。不得把信访、上访的人数和件数定为目标。"),
                  error_messages={"required": gettext_lazy("请填写“目标和要求”。")})  # fmt: skip
    begins_on = Day(label=gettext_lazy("开始日期"), error_messages={"required": gettext_lazy("请填写“开始日期”。")})
    ends_on = Day(label=gettext_lazy("结束日期"), error_messages={"required": gettext_lazy("请填写“结束日期”。")})


class RoundForm(forms.Form):
    """When it was held, what was found on the whole, and for each unit a verdict with its facts."""

    use_required_attribute = False
    held_on = Day(label=gettext_lazy("督查日期"), error_messages={"required": gettext_lazy("请填写“督查日期”。")})
    findings = prose(
        "progress",
        label=gettext_lazy("总体情况"),
        rows=3,
        error_messages={"required": gettext_lazy("请填写“总体情况”。")},
    )

    def __init__(self, *args, units: list, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        self.units = units
        choices = [(NOT_LOOKED, _("这次没有督查"))] + Verdict.choices()
        for one in units:
            pk = one.organisation.pk
            self.fields[f"verdict_{pk}"] = forms.ChoiceField(
                label=_("%(unit)s：评价") % {"unit": one.organisation.name},
                choices=choices,
                initial=NOT_LOOKED,
                required=False,
            )
            self.fields[f"text_{pk}"] = prose("progress", label=_("看到的事实"), rows=2, required=False)

    def rows(self) -> list[tuple]:
        """(sum of the unit, its verdict, its facts) for the page."""
        return [
            (one, self[f"verdict_{one.organisation.pk}"], self[f"text_{one.organisation.pk}"]) for one in self.units
        ]

    def facts(self) -> dict:
        said = self.cleaned_data
        looked = [
            one.organisation.pk
            for one in self.units
            if said.get(f"verdict_{one.organisation.pk}") not in ("", None, NOT_LOOKED)
        ]
        units = {pk: (said[f"verdict_{pk}"], said.get(f"text_{pk}", "")) for pk in looked}
        return {"held_on": said["held_on"], "findings": said["findings"], "units": units}


@officer_required
@require_safe
def list_page(request: HttpRequest) -> HttpResponse:
    """The campaigns that concern this post, the newest first."""
    officer, today = request.officer, localdate()
    rows = campaigns.visible_to(officer).select_related("office").order_by("-begins_on", "-pk")[:SHOWN]
    context = {
        "rows": [(row, _state(row, today), _total(row, officer, today)) for row in rows],
        "may_make": bool(officer.role_set & COMMAND), "today": today,
    }  # fmt: skip
    return render(request, "workbench/ledgers/campaigns.html", context)


def _state(row: Campaign, today) -> tuple[str, str]:
    if today < row.begins_on:
        return _("还没有开始"), "idle"
    return (_("已经结束"), "idle") if today > row.ends_on else (_("正在进行"), "info")


def _total(row: Campaign, officer: Officer, today) -> campaigns.Sum:
    return _sum(campaigns.by_unit(row, officer, today))


def _sum(sums: list[campaigns.Sum]) -> campaigns.Sum:
    whole = campaigns.Sum(None)
    for name in ("total", "done", "reported", "late"):
        setattr(whole, name, sum(getattr(one, name) for one in sums))
    return whole


@officer_required
@require_http_methods(["GET", "POST"])
def new_page(request: HttpRequest) -> HttpResponse:
    """A new campaign: name, goals, first and last day (A-55). What it is about is put into it on its own page."""
    officer = request.officer
    if not officer.role_set & COMMAND:
        raise Http404
    form = CampaignForm(
        request.POST if request.method == "POST" else None, label_suffix="", initial={"begins_on": localdate()}
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = campaigns.make(by=officer, at=timezone.now(), request=request, **form.cleaned_data)
        except StepRefused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("已建立。下一步：列入任务。"))
            return redirect("workbench:campaign", row.pk)
    return render(
        request,
        "workbench/ledgers/campaign_new.html",
        {"form": form, "every": ROUND_DAYS},
        status=422 if form.errors else 200,
    )


def found(officer: Officer, campaign_id: int) -> Campaign:
    """The campaign, or the 404 of everybody."""
    row = campaigns.visible_to(officer).select_related("office__parent", "made_by__user").filter(pk=campaign_id).first()
    if row is None:
        raise Http404
    return row


@officer_required
@require_safe
def campaign_page(request: HttpRequest, campaign_id: int) -> HttpResponse:
    """Where it stands: the map, the units, the rounds."""
    officer, today = request.officer, localdate()
    row = found(officer, campaign_id)
    inbox.mark_read(officer, at=timezone.now(), subject=str(row))
    units = campaigns.by_unit(row, officer, today)
    districts = campaigns.by_district(row, officer, today)
    verdicts = _verdicts(row)
    context = {
        "campaign": row, "state": _state(row, today), "whole": _sum(units), "districts": districts, "tiles": _tiles(districts), "today": today,
        "units": [(one, verdicts.get(one.organisation.pk, []), campaigns.in_a_row(row, one.organisation)) for one in units],
        "rounds": [_round(one, today) for one in row.rounds.all()],
        "runs": campaigns.runs(row, officer), "answers_after": ANSWERS_AFTER,
        "items_url": f"{reverse('workbench:ledgers')}?campaign={row.pk}",
        "add_url": f"{reverse('workbench:ledger_new')}?campaign={row.pk}",
    }  # fmt: skip
    context["high"] = (context["tiles"][-1].y + TILE_HIGH) if context["tiles"] else 0
    return render(request, "workbench/ledgers/campaign.html", context)


@dataclass(frozen=True)
class Tile:
    """One district on the map: where, how wide the part that is done."""

    sum: campaigns.Sum
    x: int
    y: int
    done_wide: int
    name: str

    @property
    def text_x(self) -> int:
        return self.x + 10


def _tiles(districts: list[campaigns.Sum]) -> list[Tile]:
    """The districts in the order of the tree, four in a row."""
    return [
        Tile(one, n % TILES_A_ROW * (TILE_WIDE + GAP), n // TILES_A_ROW * (TILE_HIGH + GAP), round(TILE_WIDE * one.done / one.total),
             one.organisation.name.removesuffix("人民政府")[:11])
        for n, one in enumerate(districts)
    ]  # fmt: skip


def _verdicts(row: Campaign) -> dict[int, list[tuple]]:
    """unit → its verdicts, round by round."""
    said: dict[int, list[tuple]] = {}
    for one in RoundFinding.objects.filter(round__campaign=row).select_related("round").order_by("round__number"):
        verdict = Verdict(one.verdict)
        said.setdefault(one.organisation_id, []).append((one.round.number, verdict.label, TONES[verdict], one.text))
    return said


def _round(row: InspectionRound, today) -> dict:
    state = (
        (_("已督查"), "ok")
        if row.closed_at
        else (_("该督查了"), "warn")
        if row.planned_on <= today
        else (_("还没到"), "idle")
    )
    return {"row": row, "state": state, "open": row.closed_at is None and row.planned_on <= today}


@officer_required
@require_http_methods(["GET", "POST"])
def round_page(request: HttpRequest, campaign_id: int, turn: int) -> HttpResponse:
    """One round: what was found, or the form to write it down."""
    officer, today = request.officer, localdate()
    campaign = found(officer, campaign_id)
    row = campaign.rounds.filter(number=turn).first()
    if row is None:
        raise Http404
    writes = campaigns.runs(campaign, officer) and row.closed_at is None
    form, sent = None, request.method == "POST"
    if writes:
        form = RoundForm(
            request.POST if sent else None,
            units=campaigns.by_unit(campaign, officer, today),
            initial={"held_on": today},
        )
    elif sent:
        messages.info(request, _("这一轮督查已经记录。"))
        return redirect("workbench:campaign_round", campaign.pk, turn)
    if sent and form.is_valid():
        try:
            campaigns.close_round(row.pk, by=officer, at=timezone.now(), request=request, **form.facts())
        except StepRefused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(request, _("督查情况已记录。"))
            return redirect("workbench:campaign_round", campaign.pk, turn)
    summary = campaigns.round_summary(row, today=today) if row.closed_at else None
    context = {
        "campaign": campaign,
        "row": row,
        "form": form,
        "summary": _shown(summary),
        "today": today,
        "answers_after": ANSWERS_AFTER,
    }
    return render(
        request, "workbench/ledgers/round.html", context, status=422 if form is not None and form.errors else 200
    )


def _shown(summary) -> dict | None:
    if summary is None:
        return None
    return {"whole": summary, "units": [(unit, TONES[unit.verdict]) for unit in summary.units]}
