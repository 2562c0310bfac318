"""One form per page of the filing. What is typed is kept as typed; here it is only checked."""

import re

from django import forms

from xinqiao.matters.intake import LIMITS, REQUESTS_AT_MOST
from xinqiao.rules import identity, routes, wording
from xinqiao.rules.identity import IdType
from xinqiao.rules.stages import Purpose

from . import places

REPRESENTATIVES_BESIDE = 4  # with the person who fills this in: at most five (R-20(3))

PURPOSES = (
    (Purpose.SOLVE, "遇到了困难，请帮我解决", "例如欠薪、漏水、噪音、该办的事没有办"),
    (Purpose.APPEAL, "不同意单位的决定或处理", "例如对补偿、待遇、处理结果有不同看法"),
    (Purpose.SUGGEST, "有意见或建议", "对工作、政策、公共设施的想法"),
    (Purpose.ACCUSE, "检举、控告", "公职人员或单位违纪违法、失职。我们会为您保密，被反映的单位和人看不到这件事"),
    (Purpose.ASK, "想问政策、问办法", "不知道该找谁、怎么办"),
    (Purpose.OTHER, "说不清楚，或者是别的事", "没关系，工作人员会帮您看"),
)


def line(label: str, *, limit: int, required: str = "", hint: str = "", **attributes) -> forms.CharField:
    """One line of text. `required`: what to say when it is empty; without it the field may stay empty."""
    return forms.CharField(
        label=label, help_text=hint, required=bool(required), error_messages={"required": required},
        widget=forms.TextInput(attrs={"data-limit": limit, **attributes}),
    )  # fmt: skip


def text(label: str, *, limit: int, required: str = "", hint: str = "") -> forms.CharField:
    """Many lines, with a counter."""
    field = forms.CharField(
        label=label,
        help_text=hint,
        required=bool(required),
        error_messages={"required": required},
        widget=forms.Textarea,
    )
    field.max_length = limit  # for the counter; wording.clean says it better than Django's validator
    return field


def choice(label: str, rows, *, required: str = "", hint: str = "") -> forms.ChoiceField:
    """Radio buttons from (value, label, hint) rows; none is chosen beforehand."""
    field = forms.ChoiceField(
        label=label, help_text=hint, choices=[(row[0], row[1]) for row in rows], widget=forms.RadioSelect,
        required=bool(required), error_messages={"required": required, "invalid_choice": required or "请重新选择。"},
    )  # fmt: skip
    field.option_hints = {str(row[0]): row[2] for row in rows if len(row) > 2}
    return field


class PageForm(forms.Form):
    """A form of the filing; `kept` is what the other pages hold."""

    use_required_attribute = False

    def __init__(self, *args, kept: dict | None = None, **kwargs):
        self.kept = kept or {}
        super().__init__(*args, **kwargs)
        self.build()

    def build(self) -> None:
        """Add the fields that depend on what was typed."""

    def typed(self) -> dict:
        """What is in the browser's form now, whether bound or not."""
        source = self.data if self.is_bound else self.initial
        return {name: source.get(name, "") for name in source}

    def check(self, name: str, rule, value: str | None = None) -> None:
        """Put the canonical value in place, or the rule's sentence beside the field."""
        value = self.cleaned_data.get(name, "") if value is None else value
        try:
            self.cleaned_data[name] = rule(value) if value else ""
        except ValueError as error:
            self.add_error(name, str(error))

    def check_text(self, name: str, limit: int, label: str) -> None:
        self.check(name, lambda value: wording.clean(value, limit=limit, field=label))


class KindForm(PageForm):
    purpose = choice("您要反映的是哪一类事？", PURPOSES, required="请选一个最接近的。说不清楚就选最后一个。")


class ElsewhereForm(PageForm):
    def build(self):
        for question in routes.QUESTIONS:
            self.fields[question.name] = choice(
                question.text, (("yes", "是"), ("no", "不是"), ("unsure", "不清楚")), hint=question.hint
            )


class PlaceForm(PageForm):
    place = forms.CharField(required=False, widget=forms.HiddenInput)
    detail = line("详细地点", limit=LIMITS["place_detail"], hint="小区、村组、路口、门牌号，写到您知道的为止。")

    def clean(self):
        self.cleaned_data["place"] = places.find(self.cleaned_data.get("place"))
        if self.cleaned_data["place"] is None:
            self.add_error(None, "请选择问题发生在哪里，这样我们才知道交给谁办。只知道是哪个县也可以。")
        self.check_text("detail", LIMITS["place_detail"], "详细地点")


class StoryForm(PageForm):
    content = text(
        "请说说发生了什么事", limit=LIMITS["content"], required="请写下发生了什么。写不清楚也没关系，一两句话也可以。"
    )
    reasons = text(
        "您为什么觉得应该这样处理", limit=LIMITS["reasons"], hint="例如依据的文件、合同、别人答应过的话。没有就不写。"
    )

    def clean(self):
        self.check_text("content", LIMITS["content"], "内容")
        self.check_text("reasons", LIMITS["reasons"], "事实和理由")


class RequestsForm(PageForm):
    """Each request on its own line; lines are added and removed with ordinary buttons."""

    def build(self):
        source = self.data if self.is_bound else self.initial
        found = [int(name[8:]) for name in source if re.fullmatch(r"request_[0-9]{1,3}", name)]
        self.count = min(max(found, default=0) + 1, REQUESTS_AT_MOST + 5)
        for number in range(self.count):
            self.fields[f"request_{number}"] = forms.CharField(
                label=f"第 {number + 1} 条" if self.count > 1 else "您的诉求", required=False, widget=forms.Textarea
            )

    def clean(self):
        lines = []
        for number in range(self.count):
            name = f"request_{number}"
            self.check_text(name, LIMITS["request"], f"第{number + 1}条诉求")
            lines.append(self.cleaned_data.get(name, ""))
        self.lines = [one for one in lines if one]
        if len(self.lines) > REQUESTS_AT_MOST:
            self.add_error(None, f"诉求最多写{REQUESTS_AT_MOST}条（现在是{len(self.lines)}条）。相近的请合成一条。")


class RespondentForm(PageForm):
    """Who is complained of. `organisation` is chosen from the search; the name as typed always counts too."""

    name = line("姓名", limit=50, hint="不知道名字，可以写“某局工作人员”。", autocomplete="off")
    post = line("职务", limit=50, autocomplete="off")
    unit = line("单位", limit=100, hint="写名称，或者写几个字后点“查找单位”。", autocomplete="off")
    organisation = forms.CharField(required=False, widget=forms.HiddenInput)

    def build(self):
        self.found = places.find_units(self.typed().get("unit", "")) if self.typed().get("looked") else []
        if self.found:
            rows = [(str(unit.pk), unit.name) for unit in self.found]
            self.fields["organisation"] = choice("是下面哪个单位？", [*rows, ("0", "都不是，用我写的名称")])

    def clean(self):
        for name, limit, label in (("name", 50, "姓名"), ("post", 50, "职务"), ("unit", 100, "单位")):
            self.check(
                name, lambda value, limit=limit, label=label: wording.clean_line(value, limit=limit, field=label)
            )


class FilesForm(PageForm):
    """Files come apart from the draft's texts; nothing is required."""


class WhoForm(PageForm):
    who = choice(
        "您替谁反映？",
        (
            ("self", "我自己的事"),
            ("together", "几个人一起", "写明一共多少人，最多选 5 位代表"),
            ("agent", "替别人反映", "家人、监护人、村（社区）代办员、律师等"),
        ),
        required="请选一个。",
    )


class PrincipalForm(PageForm):
    """The person for whom an agent files (I-12)."""

    name = line("他（她）的姓名", limit=50, required="请填写他（她）的姓名。", autocomplete="off")
    mobile = line("他（她）的手机号", limit=20, autocomplete="off", inputmode="tel")
    address = line("他（她）的住址", limit=200, autocomplete="off")
    relation = choice(
        "您是他（她）的",
        (("family", "家人"), ("guardian", "监护人"), ("village", "村（社区）代办员"), ("lawyer", "律师、法律工作者"), ("other", "其他")),
        required="请选择您和他（她）的关系。",
    )  # fmt: skip

    def clean(self):
        self.check("name", identity.check_name)
        self.check("mobile", identity.check_phone)
        self.check("address", lambda value: wording.clean_line(value, limit=200, field="住址"))


class YouForm(PageForm):
    anonymous = forms.BooleanField(label="我不想写名字，匿名提交", required=False)
    name = line("姓名", limit=50, autocomplete="name")
    mobile = line("手机号", limit=20, hint="有进展时发短信告诉您。不会公开。", autocomplete="tel", inputmode="tel")
    address = line("住址或通讯地址", limit=200, hint="书面答复可以寄到这里。", autocomplete="street-address")
    id_type = forms.ChoiceField(label="证件类型", required=False, choices=IdType.choices())
    id_number = line(
        "证件号码", limit=40, hint="不填也一样办理。填了，方便和您以前的信访合在一起看。", autocomplete="off"
    )

    def clean(self):
        anonymous = bool(self.cleaned_data.get("anonymous"))
        if not anonymous and not self.cleaned_data.get("name", "").strip():
            self.add_error("name", "请填写您的姓名。不想写名字，请勾选“匿名提交”。")
        self.check("mobile", identity.check_phone)
        if anonymous:
            return
        self.check("name", identity.check_name)
        self.check("address", lambda value: wording.clean_line(value, limit=200, field="住址"))
        kind = self.cleaned_data.get("id_type") or IdType.RESIDENT_ID
        self.check("id_number", lambda value: identity.check_document(kind, value))


class TogetherForm(PageForm):
    """How many, who speaks for them (at most five with the writer), who else signs (I-08, I-10)."""

    headcount = line(
        "一共多少人（包括您）", limit=6, required="请填写一共多少人。", inputmode="numeric", autocomplete="off"
    )
    others = text(
        "其他一起签名的人", limit=10_000,
        hint="每行一个人，名字后面可以写手机号，例如：李保田 13900139000。填了手机号的人也会收到通知。",
    )  # fmt: skip

    def build(self):
        for number in range(1, REPRESENTATIVES_BESIDE + 1):
            self.fields[f"name_{number}"] = line(f"代表 {number + 1} 的姓名", limit=50, autocomplete="off")
            self.fields[f"mobile_{number}"] = line(
                f"代表 {number + 1} 的手机号", limit=20, autocomplete="off", inputmode="tel"
            )

    def pairs(self):
        return [(self[f"name_{n}"], self[f"mobile_{n}"]) for n in range(1, REPRESENTATIVES_BESIDE + 1)]

    def clean(self):
        for number in range(1, REPRESENTATIVES_BESIDE + 1):
            self.check(f"name_{number}", identity.check_name)
            self.check(f"mobile_{number}", identity.check_phone)
            if self.cleaned_data.get(f"mobile_{number}") and not self.cleaned_data.get(f"name_{number}"):
                self.add_error(f"name_{number}", f"请写代表 {number + 1} 的姓名。")
        self.representatives = [
            {"name": self.cleaned_data[f"name_{n}"], "mobile": self.cleaned_data.get(f"mobile_{n}", ""), "representative": True}
            for n in range(1, REPRESENTATIVES_BESIDE + 1)
            if self.cleaned_data.get(f"name_{n}")
        ]  # fmt: skip
        self.signatories = self._signatories(self.cleaned_data.get("others", ""))
        self._check_headcount()

    def _signatories(self, lines: str) -> list[dict]:
        people = []
        for number, one in enumerate((line for line in lines.splitlines() if line.strip()), 1):
            found = re.fullmatch(r"\s*(.*?)[\s,，、:：]*([+0-9０-９][0-9０-９\- ]{4,})?\s*", one)
            try:
                name = identity.check_name(found[1] or "")
                people.append({"name": name, "mobile": identity.check_phone(found[2]) if found[2] else ""})
            except ValueError as error:
                self.add_error("others", f"第{number}行：{error}")
        if len(people) > 190:
            self.add_error("others", "这里最多写190人，其余的人请写在总人数里。")
        return people

    def _check_headcount(self) -> None:
        typed = wording.halfwidth(self.cleaned_data.get("headcount", "")).strip().removesuffix("人").strip()
        named = 1 + len(self.representatives) + len(self.signatories)
        if not typed:
            return
        if not re.fullmatch(r"[0-9]{1,6}", typed) or not 2 <= int(typed) <= 100_000:
            self.add_error("headcount", "请填数字，至少 2 人，例如 12。")
        elif int(typed) < named:
            self.add_error("headcount", f"一共 {typed} 人，少于下面写的 {named} 人（包括您），请核对。")
        else:
            self.cleaned_data["headcount"] = int(typed)


class WishesForm(PageForm):
    secrecy = choice(
        "要不要对承办单位保密您的身份？",
        (
            ("no", "不用保密", "承办单位可以直接联系您，办得更快"),
            ("yes", "要保密", "承办单位看不到您的姓名和联系方式，由信访部门转告您"),
        ),
    )
    publish = choice("答复能不能公开？", (("no", "不公开"), ("yes", "可以公开", "公开前会去掉姓名、住址等个人信息")))
    electronic = choice(
        "答复用什么方式给您？",
        (
            ("yes", "网上查看", "在本网站查看和下载，有短信提醒，与纸质答复一样有效"),
            ("no", "给我纸质的", "寄到您的地址，或者当面交给您"),
        ),
        hint="不选，就给您纸质的。",
    )
    email = line("电子邮箱", limit=100, hint="想同时用邮件收通知，可以填。", autocomplete="email", inputmode="email")
    accessibility_need = line(
        "联系您时需要什么帮助",
        limit=LIMITS["accessibility_need"],
        hint="例如大字、手语、民族语言翻译、听力不好请发短信。",
    )

    def build(self):
        for name in ("secrecy", "publish"):  # I-17: neither, unless the citizen says so
            self.fields[name].initial = "no"

    def clean(self):
        self.check("email", identity.check_email)
        self.check_text("accessibility_need", LIMITS["accessibility_need"], "需要的帮助")
