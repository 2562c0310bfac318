"""The pages of the filing, in their order: which question, which form, for whom."""

from collections.abc import Callable
from dataclasses import dataclass

from xinqiao.rules.stages import Purpose

from . import forms


@dataclass(frozen=True)
class Page:
    """One page. `asks_of`: whether this petition is asked it; others may still be opened by their address."""

    slug: str
    heading: str
    form: type[forms.PageForm]
    asks_of: Callable[[dict], bool] = lambda kept: True

    @property
    def template(self) -> str:
        return f"portal/filing/{self.slug}.html"

    def make_form(self, kept: dict, post=None) -> forms.PageForm:
        """The form bound to what was sent, or showing what was kept."""
        return self.form(post, kept=kept) if post is not None else self.form(initial=kept.get(self.slug, {}), kept=kept)

    def is_complete(self, kept: dict) -> bool:
        return self.form(kept.get(self.slug, {}), kept=kept).is_valid()


def is_report(kept: dict) -> bool:
    return kept.get("kind", {}).get("purpose") == Purpose.ACCUSE.value


def _who(wanted: str) -> Callable[[dict], bool]:
    return lambda kept: kept.get("who", {}).get("who") == wanted


PAGES = {
    page.slug: page
    for page in (
        Page("kind", "您要反映的是哪一类事？", forms.KindForm),
        Page("elsewhere", "有没有更快的办法？", forms.ElsewhereForm),
        Page("place", "问题发生在哪里？", forms.PlaceForm),
        Page("story", "请说说发生了什么事", forms.StoryForm),
        Page("requests", "您希望怎么解决？", forms.RequestsForm),
        Page("respondent", "反映的是谁？", forms.RespondentForm, is_report),
        Page("files", "有照片或材料吗？", forms.FilesForm),
        Page("who", "您替谁反映？", forms.WhoForm),
        Page("principal", "您替谁反映：他（她）的信息", forms.PrincipalForm, _who("agent")),
        Page("you", "您是谁，怎么联系您？", forms.YouForm),
        Page("together", "一共多少人，谁是代表？", forms.TogetherForm, _who("together")),
        Page("wishes", "怎么把答复给您？", forms.WishesForm),
    )
}


def asked(kept: dict) -> list[Page]:
    """The pages of this petition, in order."""
    return [page for page in PAGES.values() if page.asks_of(kept)]


def first_incomplete(kept: dict) -> Page | None:
    """The first page where something is still missing or wrong."""
    return next((page for page in asked(kept) if not page.is_complete(kept)), None)


def step_of(slug: str, kept: dict) -> tuple[int, int]:
    """(this step, of so many); the last step is the page to check everything."""
    slugs = [page.slug for page in asked(kept)]
    total = len(slugs) + 1
    return (slugs.index(slug) + 1 if slug in slugs else total, total)


def neighbours(slug: str, kept: dict) -> tuple[Page | None, Page | None]:
    """(page before, page after); None before the first and after the last."""
    slugs = [page.slug for page in PAGES.values()]
    here = slugs.index(slug)
    listed = asked(kept)
    before = [page for page in listed if slugs.index(page.slug) < here]
    after = [page for page in listed if slugs.index(page.slug) > here]
    return (before[-1] if before else None, after[0] if after else None)
