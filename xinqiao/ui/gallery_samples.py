"""Invented people and matters for the gallery of components. None of them exists."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django import forms
from django.core.paginator import Paginator

from xinqiao.rules.stages import Stage

TODAY = date(2026, 11, 21)
_SHANGHAI = ZoneInfo("Asia/Shanghai")

_SUBJECTS = (
    # subject, person, channel, unit, days left, stage, a fact worth a tag
    ("拖欠农民工工资 86 万元，涉及 32 人", "刘建国等", "来访", "市人社局", -2, Stage.HANDLING, "联名 32 人"),
    ("申请公租房两年未轮候到，询问排队名次", "赵玉芬", "来信", "市住保中心", 0, Stage.HANDLING, ""),
    ("孩子入学学区划分不清，咨询所属学校", "周敏", "网上信访", "市教育局", 2, Stage.ACCEPTED_SIMPLE, "简易办理"),
    (
        "和平路12号院夜间施工噪音扰民，多次投诉未解决",
        "王秀兰",
        "网上信访",
        "市住建局",
        3,
        Stage.IN_APPROVAL,
        "领导批示",
    ),
    ("老旧小区加装电梯，低层住户不同意施工受阻", "孙志强", "来电", "金水区政府", 6, Stage.AWAITING_SIGN_IN, "附件 5"),
    ("村委会未公示土地流转合同，要求公开", "李保田", "网上信访", "中原区政府", 9, Stage.SIGNED_IN, ""),
    ("污水管破裂倒灌地下室三个月无人修", "和平社区 18 户", "网上信访", "市城管局", 12, Stage.ACCEPTED, "附件 8"),
    ("建议在地铁口增设非机动车停车区", "何思远", "网上信访", "市城管局", 16, Stage.OPINION_ISSUED, "建议"),
)

_TEXT = (
    "我家住和平路12号院3号楼。从10月底开始，院子东边的工地几乎每天晚上11点以后还在施工，打桩和倒混凝土的声音很大，"
    "一直到凌晨两三点。\n\n我今年68岁，有高血压，老伴刚做完手术，晚上根本睡不着。\n\n"
    "11月5日和11月12日我打过两次12345，回复说已经让工地整改，但是停了一天又开始了。"
)

_DRAFT = (
    "你于2026年11月18日反映的“和平路12号院夜间施工噪音扰民”信访事项，本机关于11月20日受理。经调查，现答复如下：\n\n"
    "一、基本情况\n11月20日22时至23时，本机关会同市生态环境局到现场检查。该工地未取得夜间施工证明，22时30分仍在浇筑混凝土。\n\n"
    "二、处理意见\n责令施工单位立即停止夜间施工，并依法立案查处；自即日起由街道每晚巡查。"
)


class SampleForm(forms.Form):
    """One field of each sort."""

    text = forms.CharField(
        label="请说说发生了什么事", min_length=10, max_length=2000, widget=forms.Textarea,
        error_messages={"min_length": "写的内容太短，请再多写几句，至少 10 个字"},
    )  # fmt: skip
    name = forms.CharField(label="您的姓名", max_length=40, error_messages={"required": "请填写您的姓名"})
    phone = forms.CharField(
        label="手机号", help_text="有进展时发短信给您，不会公开。", widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        error_messages={"required": "请填写手机号"},
    )  # fmt: skip
    code = forms.CharField(
        label="验证码",
        required=False,
        widget=forms.TextInput(attrs={"class": "code", "autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    purpose = forms.ChoiceField(
        label="您这次是来做什么", widget=forms.RadioSelect, choices=[("solve", "解决困难"), ("suggest", "提建议"), ("accuse", "举报、投诉")],
        error_messages={"required": "请选择一项"},
    )  # fmt: skip
    purpose.option_hints = {"solve": "自己或家人遇到的事", "accuse": "说的是单位或工作人员"}
    told = forms.MultipleChoiceField(
        label="找过哪些部门", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[("12345", "12345"), ("street", "街道、乡镇"), ("bureau", "主管部门"), ("none", "还没有找过")],
    )  # fmt: skip
    place = forms.ChoiceField(
        label="事情发生在哪里", choices=[("", "请选择"), ("a", "金水区"), ("b", "中原区")], required=False
    )
    files = forms.FileField(label="照片、录音或文件", required=False, help_text="每个最多 20 MB，不传也可以。",
        widget=forms.FileInput(attrs={"data-upload": "/ui/gallery/upload", "data-name": "attachments", "data-max-mb": "20"}),
    )  # fmt: skip
    agree = forms.BooleanField(label="我写的都是真实情况", error_messages={"required": "请确认您写的是真实情况"})


def samples(with_errors: bool) -> dict:
    """The context of both gallery pages."""
    form = SampleForm({"text": "晚上太吵"} if with_errors else None, initial={"text": _TEXT})
    rows = [
        {
            "number": f"2026112100{index:02}", "subject": subject, "person": person, "channel": channel, "unit": unit,
            "due_on": TODAY + timedelta(days=left), "stage": stage, "fact": fact, "unread": index % 3 == 0,
            "touched_at": datetime(2026, 11, 21 - index, 9, 20, tzinfo=_SHANGHAI),
        }
        for index, (subject, person, channel, unit, left, stage, fact) in enumerate(_SUBJECTS)
    ]  # fmt: skip
    return {
        "form": form, "rows": rows, "today": TODAY, "text": _TEXT, "draft": _DRAFT, "stages": list(Stage),
        "page": Paginator(range(97), 20).page(2), "now": datetime(2026, 11, 21, 9, 20, tzinfo=_SHANGHAI),
        "received_at": datetime(2026, 11, 18, 16, 58, tzinfo=_SHANGHAI), "due_on": date(2027, 1, 19),
        "bench": {
            "name": "信访工作台", "organisation": "示例市信访局", "user": "李明", "post": "办信科 甄别转办岗", "search_url": "#", "new_url": "#",
            "bell_url": "#", "bell_count": 3, "switch_url": "#", "logout_url": "#",
            "posts": [{"value": "1", "label": "办信科 甄别转办岗", "current": True}, {"value": "2", "label": "接访科 登记员", "current": False}],
        },
        "nav": _navigation(),
    }  # fmt: skip


def _navigation() -> list[dict]:
    groups = (
        ("工作台", (("待登记", "inbox", 12, "new"), ("待受理审查", "scan-search", 8, ""), ("我承办的", "hammer", 23, ""),
                   ("待我审核", "stamp", 4, "new"), ("快到期和超期", "alarm-clock", 5, "hot"), ("已办结", "circle-check", 0, ""))),
        ("窗口与查询", (("来访登记", "user-plus", 0, ""), ("来信录入", "mail-open", 0, ""), ("综合查询", "search", 0, ""))),
    )  # fmt: skip
    return [
        {
            "title": title,
            "links": [
                {"label": label, "url": "#", "icon": icon, "count": count, "tone": tone, "current": label == "我承办的"}
                for label, icon, count, tone in links
            ],
        }
        for title, links in groups
    ]
