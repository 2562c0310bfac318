"""Thin tags over `fields`, `icons`, `day_words` and `tones`. All are simple tags: a list of 50 rows prints 200 of them."""

from datetime import date, datetime
from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from xinqiao.rules.stages import Stage
from xinqiao.ui import context as site_context
from xinqiao.ui import day_words, fields, icons, tones

register = template.Library()


@register.simple_tag
def field(bound, **wishes) -> SafeString:
    """{% field form.text rows=9 hide_label=True %}: see `fields.Wishes`."""
    return fields.render_field(bound, fields.Wishes(**wishes))


@register.simple_tag
def error_summary(*forms) -> SafeString | str:
    """{% error_summary form %}: what is wrong, on top of the page; several forms may be given."""
    return fields.render_error_summary([form for form in forms if form])


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """{% icon "bell" %}: decorative; with a label, spoken."""
    return icons.icon(name, label)


@register.simple_tag
def side_groups(groups: list[dict]) -> SafeString:
    """{% side_groups nav %}: the groups of the side bar, `title` and `links`. Most lines are the same for everybody: they are written once."""
    language = get_language()
    return mark_safe("".join([_side_group(group, language) for group in groups or ()]))


def _side_group(group: dict, language: str) -> str:
    head = format_html("<h2>{}</h2>", group["title"]) if group.get("title") else ""
    return f"{head}\n  <ul>{''.join([_side_line(link, language) for link in group['links']])}</ul>"


def _side_line(link: dict, language: str) -> SafeString:
    facts = [str(link.get(name) or "") for name in ("icon", "count", "tone")]
    return _side_link(str(link["url"]), str(link["label"]), *facts, bool(link.get("current")), language)


@lru_cache(maxsize=1024)
def _side_link(
    url: str, label: str, icon_name: str, count: str, tone: str, current: bool, _language: str
) -> SafeString:
    picture = icons.icon(icon_name) if icon_name else ""
    number = '<span class="count {}">{}<span class="visually-hidden"> {}</span></span>'
    return format_html(
        '<li><a href="{}" title="{}"{}>{}<span class="word">{}</span>{}</a></li>', url, label,
        mark_safe(' aria-current="page"') if current else "", picture, label,
        format_html(number, tone, count, _("件")) if count else "",
    )  # fmt: skip


def _today(context) -> date:
    today = context.get("today")
    return today if isinstance(today, date) else timezone.localdate()


@register.simple_tag(takes_context=True)
def day(context, value: date | datetime | None, exact: bool = False) -> SafeString | str:
    """{% day matter.received_on %}: 今天, 11月18日, 2027年1月19日. `exact` never says 今天."""
    if not value:
        return ""
    on = day_words.as_day(value)
    words = (day_words.exact_day if exact else day_words.near_day)(on, _today(context))
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), words)


@register.simple_tag(takes_context=True)
def moment(context, value: datetime | None) -> SafeString | str:
    """{% moment event.at %}: 今天 09:20."""
    if not value:
        return ""
    return format_html(
        '<time datetime="{}">{}</time>',
        value.isoformat(timespec="minutes"),
        day_words.moment_words(value, _today(context)),
    )


@register.filter("day")
def day_text(value: date | datetime | None) -> str:
    """{{ clock.due_on|day }}: the date as plain text, for sentences; never 今天."""
    return day_words.exact_day(day_words.as_day(value), timezone.localdate()) if value else ""


@register.filter("moment")
def moment_text(value: datetime | None) -> str:
    """{{ event.at|moment }}: 今天 09:20 as plain text."""
    return day_words.moment_words(value, timezone.localdate()) if value else ""


@register.simple_tag(takes_context=True)
def due_tag(context, due_on, today=None, level="", *, left=None, working=False, done_on=None) -> SafeString | str:
    """{% due_tag clock.due_on today clock.level %}: word, icon and tone of a limit that runs, or was met on `done_on`."""
    if not due_on:
        return ""
    if done_on:
        words, tone, name = day_words.done_words(due_on, done_on), "idle", "check"
    else:
        on = today or _today(context)
        days = (due_on - on).days
        words, tone = (
            day_words.due_words(due_on, on, left=left, working=working),
            tones.due_tone(days, str(level or "")),
        )
        name = "alarm-clock" if days < 0 else "clock"
    return format_html('<span class="tag {}" title="{}">{}{}</span>', tone, due_on.isoformat(), icons.icon(name), words)


@register.simple_tag
def stage_tag(stage: str, label: str = "") -> SafeString | str:
    """{% stage_tag matter.stage %}: the office's word; `label` where the citizen reads another."""
    if not stage:
        return ""
    known = Stage(stage)
    return format_html('<span class="tag {}">{}</span>', tones.stage_tone(known), label or known.label)


@register.simple_tag
def tag(words: str, tone: str = "idle", icon: str = "") -> SafeString:
    """{% tag "领导批示" "info" %}: a fact about the matter, never a mark on a person."""
    return format_html('<span class="tag {}">{}{}</span>', tone, icons.icon(icon) if icon else "", words)


@register.simple_tag
def progress(used: float, total: float, label: str, tone: str = "", kind: str = "bar") -> SafeString:
    """{% progress 1 60 "60 天办理期限已用 1 天" %}: a bar; kind "meter" is the short one beside 第 3 步，共 6 步."""
    most = max(total, 1)
    shown = min(max(used, 0), most)
    return format_html(
        '<progress class="{}" value="{}" max="{}" aria-label="{}">{}</progress>',
        f"{kind} {tone}".strip(),
        shown,
        most,
        label,
        label,
    )


@register.simple_tag
def masked(value: str, reveal_url: str = "") -> SafeString | str:
    """{% masked "138****8000" url %}: a value already masked by the rules; the link leads to a page that logs who looked."""
    link = format_html(' <a href="{}">{}</a>', reveal_url, _("显示（会记日志）")) if reveal_url else ""
    return format_html('<span class="masked num">{}</span>{}', value, link) if value else ""


@register.simple_tag
def button(
    words: str, kind: str = "primary", *, icon: str = "", name: str = "", value: str = "", key: str = ""
) -> SafeString:
    """{% button "继续" %}: sends the form. One primary button on a page."""
    attributes = [(k, v) for k, v in (("name", name), ("value", value)) if v]
    return format_html(
        '<button class="btn {}" type="submit"{}>{}{}{}</button>',
        kind,
        format_html_join("", ' {}="{}"', attributes),
        icons.icon(icon) if icon else "",
        words,
        format_html("<kbd>{}</kbd>", key) if key else "",
    )


@register.simple_tag
def back(url: str, words: str = "") -> SafeString:
    """{% back url "返回上一步" %}."""
    return format_html('<a class="back" href="{}">{}{}</a>', url, icons.icon("chevron-left"), words or _("返回上一步"))


@register.simple_tag
def script(*names: str) -> SafeString:
    """{% script "count" "upload" %}: small modules from static/ui, each loaded only where it is needed."""
    return format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((static(f"ui/{name}.js"),) for name in names)
    )


@register.simple_tag
def site_facts() -> dict:
    """{% site_facts as site %}: for pages that may be drawn without any context (500, 503)."""
    return {**site_context.site_facts(), "large_print": False}
