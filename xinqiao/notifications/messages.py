"""Every text that leaves the house, as one table: key (Move.told of the rules, and a few of our own) -> words.

The words follow the Regulation's plain style: 您; what happened; what comes next, with the date. A sentence whose date or unit is not
known is left out. A report (检举控告), and a matter whose petitioner asks for secrecy, is never named: whoever reads the locked screen
learns only that something moved (secure-checklist 46, C-01).

The query code (查询码, I-15) is in none of them. It exists in clear only while the submission is received; whoever files on the web has
just seen it on the screen, and for filings at a window or by letter it stands on the printed receipt (F-02). A telephone number that
was mistyped by one digit would otherwise hand a stranger the key to the whole file. The number alone opens nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from xinqiao.rules.citizen_words import day


@dataclass(frozen=True)
class Text:
    """`terms`: the limits whose last day is {due}, the first that runs. `urgent`: also at night."""

    words: str
    terms: tuple[str, ...] = ()
    urgent: bool = False


_OWN = "您的信访（尾号{tail}）"
_HANDLING = ("HANDLE60", "SIMPLE10WD", "SUGGESTION60")

TEXTS: dict[str, Text] = {
    # intake and the petition office
    "received": Text("我们收到了您的信访。编号{number}，请记下来。最晚{due}告诉您交给谁办。", ("PO15", "DIRECT15")),
    "registered": Text(f"{_OWN}已经登记。最晚{{due}}告诉您去向。", ("PO15", "DIRECT15")),
    "joined": Text(f"{_OWN}已并入您先前提出的那一件，一起办理。进度看先前那一件。"),
    "split": Text(f"{_OWN}中有几件事，已经分开办理。请登录网上信访查看。"),
    "transferred": Text(f"{_OWN}已转给{{unit}}，您不用重新提交。最晚{{due}}告诉您是否受理。", ("UNIT15",)),
    "reported_up": Text(f"{_OWN}已报请党委、政府决定。决定以后告诉您。"),
    "guided": Text(f"{_OWN}有了回音：这件事要走别的法定程序。怎么办，请登录网上信访查看。"),
    "sent_on": Text(f"{_OWN}已转给有权处理的机关。"),
    "replied": Text(f"{_OWN}有答复了。请登录网上信访查看。"),
    "filed": Text(f"{_OWN}有回音了。不同意的话，您可以提出一次。请登录网上信访查看。"),
    "no_longer_accepted": Text(f"{_OWN}有告知书。请登录网上信访查看。"),
    "reassigned": Text(f"{_OWN}正在重新确定由谁办，您不用重新提交。"),
    # the unit
    "signed_in": Text(f"{{unit}}已收到{_OWN}。最晚{{due}}告诉您是否受理。", ("UNIT15", "DIRECT15")),
    "accepted": Text(f"{_OWN}已经受理，由{{unit}}办理。最晚{{due}}书面答复您。", _HANDLING),
    "other_route": Text(f"{_OWN}有告知书：这件事要走别的法定程序。请登录网上信访查看。"),
    "not_accepted": Text(f"{_OWN}没有受理。原因和您可以怎么办，请登录网上信访查看。"),
    "silence": Text(f"承办单位没有按时告诉您是否受理{_OWN}，对不起。信访部门已经知道，正在催办。"),
    "overdue": Text(f"我们没有按时办好{_OWN}，对不起。上级已经知道，正在催办。"),
    "supervision_asked": Text(f"{_OWN}：您要求督办，我们收到了。最晚{{due}}答复您。", ("SUPERVISE_ASKED5WD",)),
    "supervised": Text(f"信访部门已经督办{_OWN}，要求{{unit}}书面答复。办得怎样，我们会告诉您。"),
    "supervision_declined": Text(f"{_OWN}：您要求督办，有答复了。请登录网上信访查看。"),
    "supervision_closed": Text(f"{_OWN}的督办有结果了。请登录网上信访查看。"),
    "handling": Text(f"{_OWN}正在办理，承办人会听您说明情况。最晚{{due}}书面答复您。", _HANDLING),
    "recusal_decided": Text(f"{_OWN}的承办人是否回避，有决定了。请登录网上信访查看。"),
    "converted": Text(f"{_OWN}改按普通程序办理。最晚{{due}}书面答复您。", _HANDLING),
    "extended": Text(f"{_OWN}情况比较复杂，需要多用一些时间。新的答复日期：最晚{{due}}。", _HANDLING),
    "answered": Text(f"{_OWN}的答复来了。请打开看看。不同意的，最晚{{due}}可以申请复查，不收费。", ("REVIEW_REQ30",)),
    "answered_suggestion": Text("您的建议（尾号{tail}）有答复了，谢谢您。请登录网上信访查看。"),
    "settled": Text(f"{_OWN}已达成协议。请保存好协议书。对方没做到，请告诉我们。"),
    "executing": Text(f"{_OWN}的答复正在落实。"),
    "executed": Text(f"{_OWN}：单位报告说已经落实。请您看看是不是办好了。最晚{{due}}告诉我们。", ("EXEC_CONFIRM15",)),
    "closed": Text(f"{_OWN}已经办结。有新的情况，可以重新提出。"),
    # review and recheck
    "review_received": Text(f"{_OWN}的复查申请收到了。最晚{{due}}书面答复您。", ("REVIEW_DEC30",)),
    "review_accepted": Text(f"{_OWN}的复查申请已经受理。最晚{{due}}书面答复您。", ("REVIEW_DEC30",)),
    "review_refused": Text(f"{_OWN}的申请没有受理。原因和您可以怎么办，请登录网上信访查看。"),
    "review_answered": Text(f"{_OWN}的复查意见来了。不同意的，最晚{{due}}可以申请复核，不收费。", ("RECHECK_REQ30",)),
    "recheck_received": Text(f"{_OWN}的复核申请收到了。最晚{{due}}书面答复您。", ("RECHECK_DEC30",)),
    "recheck_answered": Text(f"{_OWN}的复核意见来了，这是最终答复。请打开看看。"),
    "hearing": Text(f"{_OWN}要开听证会。时间、地点请登录网上信访查看。"),
    "hearing_over": Text(f"{_OWN}的听证结束了。最晚{{due}}书面答复您。", ("RECHECK_DEC30",)),
    # the citizen
    "progress_answered": Text("您问的事（尾号{tail}）有回答了。请登录网上信访查看。"),
    "withdrawal_requested": Text(
        f"有人申请撤回{_OWN}，24小时后生效。如果不是您本人的意思，请马上登录网上信访取消。", urgent=True
    ),
    "withdrawn": Text(f"{_OWN}已经撤回。改变主意的话，最晚{{due}}可以恢复办理。", ("WITHDRAW_RESUME30",)),
    "resumed": Text(f"{_OWN}已经恢复办理。"),
    "window_review": Text(f"提醒您：不同意{_OWN}的答复，最晚{{due}}可以申请复查，不收费。", ("REVIEW_REQ30",)),
    "window_recheck": Text(f"提醒您：不同意{_OWN}的复查意见，最晚{{due}}可以申请复核，不收费。", ("RECHECK_REQ30",)),
    "window_confirm": Text(f"提醒您：{_OWN}是不是真的办好了？请最晚{{due}}告诉我们。", ("EXEC_CONFIRM15",)),
    "window_resume": Text("提醒您：撤回的信访（尾号{tail}）最晚{due}可以恢复办理。", ("WITHDRAW_RESUME30",)),
    "rating_reminder": Text(f"{_OWN}有了结果。您可以评价{{unit}}办得怎样，最晚{{due}}。评不评价、怎样评价，都由您自己决定。"),
    "limit_moved": Text(f"{_OWN}的期限因节假日安排公布有变动。现在是{{due}}。请登录网上信访查看。"),
    # the account
    "login_code": Text("验证码{code}，5分钟内有效。请不要告诉任何人，我们的工作人员也不会问您要。", urgent=True),
}

# What a report, or a matter with a request for secrecy, is told instead: no word of what moved, which unit, or that it is a petition.
NEUTRAL = Text("您办理的事项（尾号{tail}）有新进展，请登录查看。")
NEUTRAL_RECEIVED = Text("您提交的事项已经收到。编号{number}，请记下来。")
NEUTRAL_WITHDRAWAL = Text("有人要撤回您办理的事项（尾号{tail}）。如果不是您本人的意思，请马上登录取消。", urgent=True)

NO_MONEY = "我们不会要您付款或提供密码。"
TAIL = 5  # characters: the sequence of the day and the check character
_FIELD = re.compile(r"\{(\w+)\}")


def text_for(purpose: str, *, neutral: bool) -> Text:
    """The row of the table; KeyError for a purpose that has none."""
    row = TEXTS[purpose]
    if not neutral or purpose == "login_code":
        return row
    return {"received": NEUTRAL_RECEIVED, "withdrawal_requested": NEUTRAL_WITHDRAWAL}.get(purpose, NEUTRAL)


def compose(
    text: Text, *, site: str, number: str = "", unit: str = "", due_on: date | None = None, code: str = ""
) -> str:
    """The whole message: signature of the site, the sentences whose fields are known, and the warning against fraud."""
    fields = {"number": number, "tail": number[-TAIL:], "unit": unit, "due": day(due_on), "code": code}
    return f"【{site}】{_fill(text.words, fields)}{NO_MONEY}"


def _fill(words: str, fields: Mapping[str, str]) -> str:
    """The sentences of which every field is known."""
    kept = [part for part in re.findall(r"[^。？]+[。？]", words) if all(fields[f] for f in _FIELD.findall(part))]
    return "".join(_FIELD.sub(lambda found: fields[found.group(1)], part) for part in kept)
