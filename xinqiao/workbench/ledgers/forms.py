"""Forms of the ledgers: choose the unit first, then the line; and one small form for each act on an item."""

from datetime import date

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from xinqiao.ledgers import evidence
from xinqiao.ledgers.models import Item
from xinqiao.matters import files
from xinqiao.matters.models import Matter, MatterNumber
from xinqiao.organisations.models import Officer, Organisation
from xinqiao.rules.ledgers import LIMITS, ItemAct, Progress, Sort
from xinqiao.rules.stages import Line, Role

from ..acts.fields import Day, OneLine, Organ, Prose, SeveralFiles, offer

LEADERS = (Role.LEADER, Role.UNIT_LEADER, Role.OFFICE_LEADER)
PLACES_AT_MOST = 300


def prose(limit: str, **kwargs) -> Prose:
    """Text with a limit of rules/ledgers.py."""
    field = Prose(**kwargs)
    field.max_length = LIMITS[limit]
    return field


class Named(forms.ModelChoiceField):
    """One person in their post, said with name, title and organ."""

    def __init__(self, **kwargs):
        super().__init__(Officer.objects.none(), **kwargs)
        self.error_messages["invalid_choice"] = _("请从列出的人中选择。")

    def label_from_instance(self, post: Officer) -> str:
        return f"{post.user.name}（{post.organisation.name}{f' {post.title}' if post.title else ''}）"


class _Say(forms.Form):
    """Every field says what is missing by its own name."""

    use_required_attribute = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        for field in self.fields.values():
            if field.label and field.error_messages["required"] == forms.Field.default_error_messages["required"]:
                words = _("请选择“%(label)s”。") if isinstance(field, forms.ChoiceField) else _("请填写“%(label)s”。")
                field.error_messages["required"] = words % {"label": field.label}


class UnitForm(_Say):
    """Which organ has to act: found by name, first letters or in the list."""

    unit = Organ(label=_("责任单位"))

    def __init__(self, *args, officer: Officer, search: str = "", first: QuerySet | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self.fields["unit"], in_reach(officer), chosen=[], search=search, search_name="find")
        ahead = list(first or ())
        if ahead and not search:
            rest = [one for one in self.fields["unit"].choices if one[0] not in {organ.pk for organ in ahead}]
            self.fields["unit"].choices = [(organ.pk, organ.name) for organ in ahead] + rest


def in_reach(officer: Officer) -> QuerySet[Organisation]:
    """The organs whose work this post may put into a ledger: of the own territory; the own one always."""
    first, last = officer.organisation.territory if officer.role_set & {Role.JOINT_CONFERENCE} else officer.scope
    return Organisation.objects.filter(Q(lft__range=(first, last)) | Q(pk=officer.organisation_id), active=True)


class ItemForm(_Say):
    """One line of a ledger for a unit that was chosen before."""

    problem = prose("problem", label=_("问题"), rows=3)
    place = forms.ModelChoiceField(Organisation.objects.none(), label=_("所在地方"), empty_label=None)
    officer = Named(label=_("责任人"), empty_label=_("请选择"))
    leader = Named(label=_("责任领导"), empty_label=_("没有"), required=False)
    limit_on = Day(label=_("完成期限"))
    measure = prose("measure", label=_("措施"), rows=3, help_text=_("做什么、怎么做、做到什么程度算完成。"))

    def __init__(
        self,
        *args,
        unit: Organisation,
        by: Officer,
        needs_person: bool = True,
        needs_leader: bool = False,
        example: str = "",
        **kwargs,
    ):
        super().__init__(*args, **kwargs)
        self.fields["place"].queryset = places_around(unit)
        self.fields["place"].label_from_instance = lambda organ: organ.name
        self.fields["officer"].queryset = people_of(unit)
        self.fields["leader"].queryset = leaders_for(unit, by)
        if example:
            self.fields["problem"].help_text = _("写事情，不写信访人的姓名。例如：%(example)s") % {"example": example}
        if not needs_person:
            self.fields["officer"].required, self.fields["officer"].empty_label = False, _("由单位确定")
        if needs_leader:
            self.fields["leader"].required, self.fields["leader"].empty_label = True, _("请选择")
            self.fields["leader"].error_messages["required"] = _("请选择“责任领导”。领导包案不能没有领导。")


class NewItemForm(ItemForm):
    """A new line may be about a petition that this post may open."""

    number = OneLine(
        label=_("信访件编号"),
        required=False,
        help_text=_("和某一件信访事项有关的，填编号。信访人能看到谁负责、到哪一天，销号后30天内可以要求重新办。"),
    )

    def __init__(self, *args, by: Officer, needs_matter: bool = False, **kwargs):
        super().__init__(*args, by=by, **kwargs)
        self.officer_asking = by
        if needs_matter:
            self.fields["number"].required = True
            self.fields["number"].error_messages["required"] = _(
                "请填写“信访件编号”：这一本台账的每一项都是一件信访事项。"
            )
        self.order_fields(["number"])

    def clean_number(self) -> int | None:
        number = self.cleaned_data["number"].replace(" ", "").upper()
        if not number:
            return None
        found = MatterNumber.objects.filter(number=number).values("matter_id")
        matter = (
            Matter.objects.visible_to(self.officer_asking).filter(pk__in=found).values_list("pk", flat=True).first()
        )
        if matter is None:
            raise forms.ValidationError(_("没有找到这个编号，或者您不能查看这一件。请核对编号。"))
        return matter


class EditForm(ItemForm):
    reason = prose("progress", label=_("为什么更改"), rows=2, help_text=_("更改前后的内容都会留在这一项的记录里。"))


class PersonForm(_Say):
    officer = Named(label=_("责任人"), empty_label=_("请选择"))

    def __init__(self, *args, item: Item, by: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["officer"].queryset = people_of(item.organisation)

    def facts(self) -> dict:
        return {"officer": self.cleaned_data["officer"]}


class _WithEvidence(_Say):
    """Words, and what shows that they are so: files, letters and records of the petition."""

    def __init__(self, *args, item: Item, by: Officer, **kwargs):
        super().__init__(*args, **kwargs)
        self.stored = []
        for name, offered in zip(("letters", "records"), evidence.offered(item, by), strict=True):
            if offered:
                self.fields[name].choices = list(offered.items())
            else:
                del self.fields[name]

    def facts(self) -> dict:
        """The keyword arguments of the act. Raises FileRefused with words for the sender."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "files"}
        for upload in self.cleaned_data.get("files") or ():
            self.stored.append(files.store(upload, name=upload.name))
        return {**said, "files": self.stored}

    def let_go(self) -> None:
        """The act was refused: its files are not kept."""
        for one in self.stored:
            files.discard(one)
        self.stored = []


def _several(label) -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(label=label, coerce=int, required=False, widget=forms.CheckboxSelectMultiple)


class ProgressForm(_WithEvidence):
    progress = forms.ChoiceField(
        label=_("现在到哪一步"),
        widget=forms.RadioSelect,
        choices=[(one.value, one.label) for one in Progress if one is not Progress.DONE],
    )
    text = prose("progress", label=_("做了什么，还差什么"), rows=4)
    files = SeveralFiles(label=_("凭证（照片、单据等）"))
    letters = _several(_("这一件的文书"))
    records = _several(_("这一件的办理记录"))


class DoneForm(_WithEvidence):
    text = prose("progress", label=_("怎么解决的"), rows=4, help_text=_("写明做了什么、结果怎样，另一个人核对得了。"))
    files = SeveralFiles(label=_("凭证（照片、单据等）"), help_text=_("凭证至少一样。以前报告进展时附过的，不用再传。"))
    letters = _several(_("这一件的文书"))
    records = _several(_("这一件的办理记录"))


class CheckForm(_Say):
    """Cancelling: the second person says what they looked at."""

    text = prose("progress", label=_("核对了什么"), rows=3, help_text=_("看了哪些凭证、到没到现场、问没问信访人。"))
    confirmed = forms.BooleanField(
        label=_("凭证我已逐件看过，问题确实解决了"), error_messages={"required": _("请先看过凭证，再勾选确认。")}
    )

    def __init__(self, *args, item: Item, by: Officer, **kwargs):
        super().__init__(*args, **kwargs)

    def facts(self) -> dict:
        return {name: value for name, value in self.cleaned_data.items() if name != "confirmed"}


class BackForm(_Say):
    text = prose("progress", label=_("还缺什么"), rows=3)
    limit_on = Day(label=_("新的完成期限"), required=False, help_text=_("不填的，期限不变。"))

    def __init__(self, *args, item: Item, by: Officer, **kwargs):
        super().__init__(*args, **kwargs)

    def facts(self) -> dict:
        return dict(self.cleaned_data)


class ReopenForm(BackForm):
    text = prose("progress", label=_("为什么重新列入"), rows=3)
    limit_on = Day(label=_("新的完成期限"))


ACT_FORMS = {
    ItemAct.REPORT_PROGRESS: ProgressForm,
    ItemAct.REPORT_DONE: DoneForm,
    ItemAct.CANCEL: CheckForm,
    ItemAct.SEND_BACK: BackForm,
    ItemAct.REOPEN: ReopenForm,
    ItemAct.NAME_PERSON: PersonForm,
}


# ---- who and where can be chosen ----------------------------------------------------------------------------------------


def people_of(unit: Organisation) -> QuerySet[Officer]:
    """Who works in this unit now."""
    return at_work().filter(organisation=unit).order_by("pk")


def leaders_for(unit: Organisation, by: Officer) -> QuerySet[Officer]:
    """Who may answer for it: leaders of the unit, of the governments above it, and of the own organisation."""
    above = Q(organisation__lft__lte=unit.lft, organisation__rgt__gte=unit.rgt) | Q(organisation_id=by.organisation_id)
    led = Q(roles__overlap=[role.value for role in LEADERS])
    return at_work().filter(above, led).order_by("organisation__lft", "pk")


def at_work() -> QuerySet[Officer]:
    return Officer.objects.filter(active=True, user__is_active=True).select_related("user", "organisation")


def places_around(unit: Organisation) -> QuerySet[Organisation]:
    """Governments and villages: those above the unit, and those of its own area."""
    area = unit if unit.line == Line.GOVERNMENT else unit.parent or unit
    near = Q(lft__range=(area.lft, area.rgt)) | Q(lft__lte=area.lft, rgt__gte=area.rgt)
    ids = Organisation.objects.filter(near, line__in=(Line.GOVERNMENT, Line.VILLAGE), active=True).order_by(
        "level", "lft"
    )
    return Organisation.objects.filter(pk__in=list(ids.values_list("pk", flat=True)[:PLACES_AT_MOST])).order_by("lft")


def first_limit(today: date, sort: Sort) -> date:
    """What the form proposes: 30 days on."""
    from datetime import timedelta

    return today + timedelta(days=30)
