"""Fields that steps ask for: prose, lines, days, organs picked from the tree, classes picked by path, several files."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from xinqiao import analysis
from xinqiao.analysis import proposals, units
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.rules import wording
from xinqiao.rules.stages import LEVELS, Line

LISTED_AT_MOST = 150  # organs on one page; where there are more, the officer searches


class Prose(forms.CharField):
    """Text of several lines, cleaned as everything that is stored; limit as a row of wording.LIMITS."""

    def __init__(self, *, limit: str = "reason", rows: int = 4, **kwargs):
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(strip=False, **kwargs)
        self.max_length = wording.LIMITS[limit]  # for the counter; checked after cleaning

    def to_python(self, value):
        return self._cleaned(wording.clean, super().to_python(value))

    def _cleaned(self, clean, value: str) -> str:
        try:
            return clean(value, limit=self.max_length, field=str(self.label or ""))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class OneLine(Prose):
    """A short text without line ends."""

    def __init__(self, *, limit: str = "place_detail", **kwargs):
        super().__init__(limit=limit, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def to_python(self, value):
        return self._cleaned(wording.clean_line, forms.CharField.to_python(self, value))


class ManyLines(Prose):
    """One entry a line; gives the list of lines that are not blank."""

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, (list, tuple)) else value

    def to_python(self, value):
        return [line.strip() for line in super().to_python(value).splitlines() if line.strip()]


class Day(forms.DateField):
    """A day, typed or picked, of a year in which somebody alive may have something to do with it."""

    years = range(1900, 2201)

    def __init__(self, **kwargs):
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"])
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _("请把日期写成 2026-03-18 这样。")

    def to_python(self, value):
        day = super().to_python(value)
        if day is not None and day.year not in self.years:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


YES, NO = _("是"), _("不是")


class YesNo(forms.TypedChoiceField):
    """A question that must be answered: nothing is chosen beforehand. `yes` and `no` are the answers as the question asks for them."""

    def __init__(self, *, yes=YES, no=NO, **kwargs):
        self.words = {"yes": yes, "no": no}
        super().__init__(
            choices=[("no", no), ("yes", yes)],
            coerce=lambda value: value == "yes",
            widget=forms.RadioSelect,
            **kwargs,
        )


class SeveralFiles(forms.FileField):
    """None, one or several files; what they may be is decided where they are stored."""

    class _Input(forms.ClearableFileInput):
        allow_multiple_selected = True

    def __init__(self, **kwargs):
        # an empty one is refused there too, in our words
        super().__init__(widget=self._Input(attrs={"multiple": True}), required=False, allow_empty_file=True, **kwargs)

    def clean(self, data, initial=None):
        one = super().clean
        return [one(each, initial) for each in data if each] if isinstance(data, (list, tuple)) else []


# ---- organs ---------------------------------------------------------------------------------------------------------


class _WithWords:
    """Options that can also be found by words that are not printed (the first letters of the pinyin)."""

    words: dict[str, str] = {}

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if words := self.words.get(str(value)):
            option["attrs"]["data-words"] = words
        return option


class OrganRadio(_WithWords, forms.RadioSelect):
    pass


class OrganBoxes(_WithWords, forms.CheckboxSelectMultiple):
    pass


class Organ(forms.ModelChoiceField):
    """One organ out of `queryset`. `offer` decides which of them stand on the page."""

    widget = OrganRadio
    search_name = ""  # set where there are more organs than the page lists

    def __init__(self, **kwargs):
        super().__init__(Organisation.objects.none(), empty_label=None, **kwargs)
        self.error_messages["invalid_choice"] = _("这个机关、单位不在可以选择的范围里，请重新选择。")


class Organs(forms.ModelMultipleChoiceField):
    """Several organs, or none."""

    widget = OrganBoxes
    search_name = ""

    def __init__(self, **kwargs):
        super().__init__(Organisation.objects.none(), required=False, **kwargs)
        self.error_messages["invalid_choice"] = _("有一个机关、单位不在可以选择的范围里，请重新选择。")


def offer(field, candidates, *, chosen: list[str], search: str, best=lambda organ: 0, search_name: str = "") -> None:
    """Put organs on the page: the chosen ones, the best matches, what a search found; all of them where they are few.

    `best(organ)` is a number, higher first; `search` matches name, short name or pinyin.
    """
    field.queryset = candidates
    first = () if search else getattr(best, "first", ())
    known = _keys((*chosen, *first))
    kept = list(candidates.filter(pk__in=known)) if known else []
    listed = list(_matching(candidates, search).order_by("level", "lft")[: LISTED_AT_MOST + 1])
    if len(listed) > LISTED_AT_MOST or search:
        field.search_name = search_name
    picked = {str(pk) for pk in chosen}
    organs = {organ.pk: organ for organ in sorted(kept, key=lambda organ: (str(organ.pk) not in picked, -best(organ)))}
    organs |= {organ.pk: organ for organ in sorted(listed[:LISTED_AT_MOST], key=lambda organ: -best(organ))}
    field.choices = [(pk, organ.name) for pk, organ in organs.items()]
    field.widget.words = {str(pk): f"{organ.pinyin} {organ.short}" for pk, organ in organs.items()}
    field.option_hints = {str(pk): _place_in_tree(organ, best(organ)) for pk, organ in organs.items()}


def _keys(chosen) -> list:
    """What can be a key of a row; the form itself says what is wrong with the rest (² is a digit to Python)."""
    return [pk for pk in chosen if str(pk).isascii() and str(pk).isdigit() and len(str(pk)) < 19]


def _word(search: str) -> str:
    """What is looked for, without what no column of text holds."""
    return search.replace("\x00", "").strip()[: wording.LIMITS["search"]]


def _matching(candidates, search: str):
    word = _word(search)
    if not word:
        return candidates
    return candidates.filter(Q(name__icontains=word) | Q(short__icontains=word) | Q(pinyin__istartswith=word.lower()))


def _place_in_tree(organ: Organisation, score: int) -> str:
    """地区 · 职能部门, and that the duties fit."""
    parts = [LEVELS.get(organ.level, ""), Line(organ.line).label]
    if score >= DUTY_FITS:
        parts.append(str(_("职责相近")))
    return " · ".join(part for part in parts if part)


DUTY_FITS = 10


def by_competence(officer: Officer, matter=None):
    """Orders organs for a matter: those that are proposed as competent (analysis/units.py), the likeliest first; then departments, the own level first.

    `best.first` are the proposed ones, so that they stand on the page also where there are more organs than it lists.
    """
    proposed = proposals.units_for(matter, officer) if matter is not None and analysis.is_on() else []
    rank = units.ranking(proposed)
    own_level = officer.organisation.level

    def best(organ: Organisation) -> int:
        return DUTY_FITS * rank(organ) + (3 if organ.line == Line.DEPARTMENT else 0) - 2 * abs(organ.level - own_level)

    best.first = [one.value for one in proposed]
    return best


class Posts(forms.ModelMultipleChoiceField):
    """Several officers in their posts, found by name; none is listed before somebody is looked for."""

    widget = OrganBoxes
    search_name = ""

    def __init__(self, **kwargs):
        super().__init__(Officer.objects.none(), required=False, **kwargs)
        self.error_messages["invalid_choice"] = _("有一位工作人员不在可以选择的范围里，请重新选择。")

    def offer(self, posts, *, chosen: list[str], search: str, search_name: str) -> None:
        """The chosen ones and what a search by name found among `posts`."""
        self.queryset, self.search_name = posts, search_name
        wanted = Q(pk__in=_keys(chosen))
        if word := _word(search):
            wanted |= Q(user__name__icontains=word)
        rows = posts.filter(wanted).select_related("user", "organisation").order_by("user__name", "pk")
        self.choices = [
            (row.pk, f"{row.user.name}（{row.organisation.name} {row.title}）") for row in rows[:LISTED_AT_MOST]
        ]


# ---- classes --------------------------------------------------------------------------------------------------------


class ClassPick(forms.ModelChoiceField):
    """A content class, shown with its whole path; narrowed by typing."""

    widget = forms.RadioSelect

    def __init__(self, **kwargs):
        super().__init__(ContentClass.objects.none(), empty_label=None, **kwargs)
        self.error_messages["invalid_choice"] = _("没有这个分类，请从列出的分类中选择。")

    def offer(self, today: date) -> None:
        """All classes that are valid today, in the order of their codes."""
        self.queryset = ContentClass.objects.filter(Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today)
        rows = {row.pk: row for row in self.queryset}
        self.choices = [(pk, _path(row, rows)) for pk, row in rows.items()]


def _path(row: ContentClass, rows: dict[int, ContentClass]) -> str:
    names = [row.name]
    while row.parent_id in rows:
        row = rows[row.parent_id]
        names.append(row.name)
    return " › ".join(reversed(names))
