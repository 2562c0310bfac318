"""The form of an opinion: one block for each request, or one decision for review and recheck. A draft may be incomplete."""

from dataclasses import dataclass

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from xinqiao.matters import opinions
from xinqiao.matters.models import Opinion
from xinqiao.rules.stages import Outcome, ReviewOutcome
from xinqiao.ui.fields import Wishes, render_field

from .fields import Day, ManyLines, OneLine, Prose

BASIS_ROWS_AT_LEAST = 2
LAW_LIST = "laws"


@dataclass(frozen=True)
class AnswerBlock:
    """The fields of one request, drawn."""

    number: int
    text: str
    outcome: SafeString
    words: list[SafeString]
    basis: list[tuple[SafeString, SafeString]]
    plan: list[SafeString]


class _OpinionForm(forms.Form):
    use_required_attribute = False

    def __init__(self, *args, opinion: Opinion, requests, **kwargs):
        self.opinion, self.requests = opinion, list(requests)
        super().__init__(*args, auto_id="f-%s", label_suffix="", **kwargs)
        self.prepare()
        for field in self.fields.values():
            field.required = False

    def prepare(self) -> None:
        raise NotImplementedError

    def content(self) -> dict:
        """What opinions.save_draft keeps."""
        raise NotImplementedError

    def drawn(self) -> dict:
        """The fields as HTML, in the order of the page."""
        raise NotImplementedError

    def draw(self, name: str, **wishes) -> SafeString:
        return render_field(self[name], Wishes(optional=False, **wishes))

    def add_basis(self, prefix: str, stored: list[dict]) -> None:
        """Rows for title and article: those that are filled, and a free one."""
        count = max(len(stored) + 1, BASIS_ROWS_AT_LEAST)
        if self.is_bound:
            count = max(count, sum(name.startswith(f"{prefix}title_") for name in self.data))
        for n in range(min(count, 40)):
            title = OneLine(label=_("依据%(n)s：名称") % {"n": n + 1}, limit="place_detail")
            title.widget.attrs["list"] = LAW_LIST
            self.fields[f"{prefix}title_{n}"] = title
            self.fields[f"{prefix}article_{n}"] = OneLine(label=_("条款，例如第七条"), limit="work_unit")
            row = stored[n] if n < len(stored) else {}
            self.initial[f"{prefix}title_{n}"] = row.get("title", "")
            self.initial[f"{prefix}article_{n}"] = row.get("article", "")

    def basis(self, prefix: str) -> list[dict]:
        rows = []
        for name in self.fields:
            if not name.startswith(f"{prefix}title_"):
                continue
            title = self.cleaned_data.get(name, "").strip("《》 ")
            article = self.cleaned_data.get(name.replace("title_", "article_"), "")
            if title or article:
                rows.append({"title": title, "article": article})
        return rows

    def basis_rows(self, prefix: str) -> list[tuple[SafeString, SafeString]]:
        names = [name for name in self.fields if name.startswith(f"{prefix}title_")]
        return [(self.draw(name), self.draw(name.replace("title_", "article_"))) for name in names]


class HandlingForm(_OpinionForm):
    """处理意见书 (R-32): an answer to each request, the facts found, the evidence."""

    facts = Prose(label=_("查明的事实"), limit="facts", rows=5, help_text=_("什么时间、什么地点、发生了什么。"))
    evidence = ManyLines(label=_("证据"), limit="facts", rows=3, help_text=_("一行一项，例如：现场检查记录。"))
    body = Prose(
        label=_("补充说明"), limit="conclusion", rows=3, help_text=_("需要另外告诉信访人的话，一行一段。没有就不填。")
    )

    def prepare(self):
        for name in ("facts", "evidence", "body"):
            self.initial.setdefault(name, getattr(self.opinion, name))
        stored = {one["number"]: one for one in self.opinion.answers}
        for request in self.requests:
            self._answer(request.number, stored.get(request.number, {}))

    def _answer(self, number: int, stored: dict) -> None:
        fields = {
            "outcome": forms.ChoiceField(label=_("结论"), choices=Outcome.choices(), widget=forms.RadioSelect),
            "facts": Prose(label=_("这一项查明的事实"), limit="facts", rows=3),
            "reasons": Prose(label=_("理由"), limit="facts", rows=3),
            "conclusion": Prose(
                label=_("处理意见"), limit="conclusion", rows=3, help_text=_("写结果，不写“正在研究”。")
            ),
            "measure": OneLine(label=_("做什么"), limit="reason"),
            "by_whom": OneLine(label=_("由谁负责")),
            "until_on": Day(label=_("哪一天以前完成")),
        }
        for name, field in fields.items():
            self.fields[f"a{number}_{name}"] = field
            self.initial[f"a{number}_{name}"] = stored.get(name, "")
        self.add_basis(f"a{number}_", stored.get("basis", []))

    def drawn(self) -> dict:
        return {
            "shared": [self.draw("facts"), self.draw("evidence")],
            "blocks": [self._block(request.number, request.text) for request in self.requests],
            "last": self.draw("body"),
        }

    def _block(self, number: int, text: str) -> AnswerBlock:
        prefix = f"a{number}_"
        return AnswerBlock(
            number=number,
            text=text,
            outcome=self.draw(f"{prefix}outcome", columns=2),
            words=[self.draw(f"{prefix}{name}") for name in ("facts", "reasons", "conclusion")],
            basis=self.basis_rows(prefix),
            plan=[self.draw(f"{prefix}{name}") for name in ("measure", "by_whom", "until_on")],
        )

    def content(self) -> dict:
        sent = self.cleaned_data
        return {
            "facts": sent["facts"],
            "evidence": sent["evidence"],
            "body": sent["body"],
            "answers": [self._stored(request.number) for request in self.requests],
        }

    def _stored(self, number: int) -> dict:
        sent, prefix = self.cleaned_data, f"a{number}_"
        names = ("outcome", "facts", "reasons", "conclusion", "measure", "by_whom")
        until = sent.get(f"{prefix}until_on")
        plan = {name: sent.get(prefix + name, "") for name in names}
        if plan["outcome"] not in (Outcome.SUPPORT, Outcome.PARTLY):
            plan |= {"measure": "", "by_whom": ""}
            until = None
        return opinions.answer(number, basis=self.basis(prefix), until_on=until.isoformat() if until else "", **plan)


class ReviewForm(_OpinionForm):
    """复查、复核意见书 (D.9): uphold, change or revoke."""

    outcome = forms.ChoiceField(label=_("决定"), choices=ReviewOutcome.choices(), widget=forms.RadioSelect)
    facts = Prose(label=_("查明的事实"), limit="facts", rows=6)
    reasons = Prose(label=_("理由"), limit="facts", rows=5)
    body = Prose(label=_("意见"), limit="conclusion", rows=4, help_text=_("写明结果，例如：维持某文号处理意见书。"))
    redo_by_on = Day(label=_("原单位在哪一天以前重新作出"), help_text=_("撤销时填写。"))
    not_worse = forms.BooleanField(label=_("变更没有使信访人的处境更不利"))

    def prepare(self):
        for name in ("outcome", "facts", "reasons", "body", "redo_by_on", "not_worse"):
            self.initial.setdefault(name, getattr(self.opinion, name))
        self.add_basis("", self.opinion.basis)

    def drawn(self) -> dict:
        parts = {
            "outcome": self.draw("outcome", columns=3),
            "words": [self.draw(name) for name in ("facts", "reasons")],
            "basis": self.basis_rows(""),
            "end": [self.draw(name) for name in ("body", "redo_by_on", "not_worse")],
        }
        return {"parts": parts}

    def content(self) -> dict:
        sent = self.cleaned_data
        names = ("outcome", "facts", "reasons", "body", "redo_by_on", "not_worse")
        return {**{name: sent[name] for name in names}, "basis": self.basis("")}


def form_for(opinion: Opinion) -> type[_OpinionForm]:
    return HandlingForm if opinion.instance == "handling" else ReviewForm
