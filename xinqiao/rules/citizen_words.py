"""What the citizen reads for each stage: D.2, third column, in the words a person uses.

One row per stage: a headline of at most ten characters, what happened, what happens next and who acts, what the
citizen can do. A sentence whose date or reason is not known is left out, never shown with a gap. The rows name no
reported person or unit where the matter went to a discipline organ (C-01).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from xinqiao.rules.stages import Stage, Step


@dataclass(frozen=True)
class CitizenWords:
    """`sentence` and `next_step` are templates with {unit} {date} {due} {reason}; `may` are steps of the citizen."""

    headline: str
    sentence: str
    next_step: str
    may: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Told:
    """The words with their fields filled in, ready for a page, a message or a letter."""

    headline: str
    sentence: str
    next_step: str
    may: tuple[Step, ...]


_OPEN = (Step.SUPPLEMENT, Step.ASK_PROGRESS, Step.REQUEST_WITHDRAWAL)  # until the answer is served (WD-1)
_OPEN_RATE = (*_OPEN, Step.RATE)  # the petition office has done its part and can be rated (RA-6)
_AFTER = (Step.SUPPLEMENT, Step.ASK_PROGRESS)
_WITH_HANDLER = (*_OPEN_RATE, Step.ASK_RECUSAL)  # as soon as a handler is named to the citizen (C-05)
_BEING_HANDLED = CitizenWords(
    "正在办理",
    "{unit}正在调查核实您反映的事。承办人会听您说明情况。",
    "{unit}最晚{due}书面答复您。",
    _WITH_HANDLER,
)
_CLARIFYING = CitizenWords(
    "正在确定由谁办",
    "这件事由哪个单位办，还要再确认。您不用重新提交。",
    "信访部门会尽快确定，并告诉您结果。",
    _OPEN_RATE,
)

CITIZEN_WORDS = MappingProxyType(
    {
        Stage.RECEIVED: CitizenWords(
            "已收到，待登记",
            "我们收到了您的信访。收到日期：{date}。",
            "工作人员登记后，最晚{due}告诉您交给谁办。",
            _OPEN,
        ),
        Stage.REGISTERED: CitizenWords(
            "已登记",
            "您的信访已经登记。登记日期：{date}。请记好编号和查询码。",
            "信访部门先看由哪个单位办。最晚{due}告诉您去向。",
            _OPEN,
        ),
        Stage.TRIAGE: CitizenWords(
            "正在确定由谁办",
            "信访部门正在看这件事归哪个单位管。",
            "信访部门最晚{due}告诉您去向。",
            _OPEN,
        ),
        Stage.TRANSFERRED: CitizenWords(
            "已转给承办单位",
            "您反映的事归{unit}管，我们已经转过去了。转送日期：{date}。您不用重新提交。",
            "{unit}最晚{due}告诉您是否受理。",
            _OPEN_RATE,
        ),
        Stage.ASSIGNED: CitizenWords(
            "已交给承办单位",
            "您反映的事已经交给{unit}办理。交办日期：{date}。您不用重新提交。",
            "{unit}最晚{due}告诉您是否受理，还要把结果报给信访部门。",
            _OPEN_RATE,
        ),
        Stage.DIRECT_REPLIED: CitizenWords(
            "已经答复",
            "我们已经直接答复您。答复日期：{date}。请打开看看。",
            "不同意这个答复？您可以提出一次，我们重新看。",
            (Step.OBJECT_TO_FILING, Step.RATE, Step.SUPPLEMENT, Step.ASK_PROGRESS),
        ),
        Stage.GUIDED: CitizenWords(
            "请找政法机关",
            "这件事要按法律规定的程序办，由{unit}负责。日期：{date}。原因：{reason}。",
            "去哪里、带什么，写在给您的告知单上。不清楚可以打 12348 问律师（免费）。",
            _AFTER,
        ),
        Stage.SENT_TO_DISCIPLINE: CitizenWords(
            "已转有权机关",
            "您反映的情况，已经转给有权处理的机关。转送日期：{date}。您的信息会保密。",
            "有权处理的机关按它的规定办理，并和您联系。",
            _AFTER,
        ),
        Stage.PASSED_SEALED: CitizenWords(
            "已密封上送",
            "您反映的情况不在本地办理，已经密封送到上一级有权处理的机关。送出日期：{date}。本地没有留下内容，也看不到您的信息。",
            "上一级机关按它的规定办理，并和您联系。",
            _AFTER,
        ),
        Stage.OFF_LINE: CitizenWords(
            "已转为线下办理",
            "您提交的内容可能涉及国家秘密，不能在网上办理。我们已经把它封存，转到线下办理。日期：{date}。内容不再在网上显示。",
            "请不要再在网上提交这类内容。工作人员会和您联系；您也可以带着编号到信访接待场所询问。",
        ),
        Stage.REPORTED_UP: CitizenWords(
            "已报领导决定",
            "这件事比较重要，已经报请党委、政府决定。报请日期：{date}。",
            "决定以后，信访部门会告诉您由谁办。",
            _OPEN,
        ),
        Stage.FILED: CitizenWords(
            "已留存备查",
            "您的来件我们看过了，已经留存。日期：{date}。原因：{reason}。",
            "不同意？您可以提出一次，我们重新看。",
            (Step.OBJECT_TO_FILING, Step.SUPPLEMENT, Step.ASK_PROGRESS),
        ),
        Stage.AWAITING_SIGN_IN: CitizenWords(
            "等单位签收",
            "您的信访已经到了{unit}，等它签收。转到日期：{date}。",
            "{unit}最晚{due}告诉您是否受理。它不签收，期限也照样算。",
            _OPEN_RATE,
        ),
        Stage.SIGNED_IN: CitizenWords(
            "单位已收到",
            "{unit}已经收到您的信访。收到日期：{date}。",
            "{unit}最晚{due}告诉您是否受理。",
            _OPEN_RATE,
        ),
        Stage.OBJECTED: _CLARIFYING,
        Stage.JURISDICTION_DISPUTED: _CLARIFYING,
        Stage.ACCEPTED: CitizenWords(
            "已经受理",
            "您的信访已经受理，由{unit}办理。受理日期：{date}。",
            "{unit}会和您联系，最晚{due}书面答复您。",
            _OPEN_RATE,
        ),
        Stage.ACCEPTED_SIMPLE: CitizenWords(
            "已受理，简易办理",
            "您的信访已经受理，由{unit}按简易办理，会更快。受理日期：{date}。",
            "{unit}最晚{due}答复您。想要纸质答复，请告诉承办人。",
            _OPEN_RATE,
        ),
        Stage.OTHER_ROUTE: CitizenWords(
            "要走其他程序",
            "这件事法律规定了专门的程序，不能按信访办。告知日期：{date}。程序：{reason}。",
            "{unit}能替您启动的，已经启动。要您自己申请的，告知书里写了怎么办、期限到哪天。",
            (*_AFTER, Step.RATE),
        ),
        Stage.NOT_ACCEPTED: CitizenWords(
            "没有受理",
            "这件事{unit}不能受理。告知日期：{date}。原因：{reason}。",
            "告知书里写了您可以找谁。觉得不对，可以向信访部门反映。",
            (*_AFTER, Step.RATE),
        ),
        Stage.NO_LONGER_ACCEPTED: CitizenWords(
            "不再受理",
            "这件事已经办理、复查、复核三次，不再重新办理。告知日期：{date}。最终意见：{reason}。",
            "有新的事实或理由，可以重新提出。生活有困难，可以找社区和信访部门帮忙。",
            (Step.RATE,),
        ),
        Stage.PASSED_DOWN: CitizenWords(
            "已转给下级单位",
            "您反映的事由{unit}直接管，已经转过去了。转送日期：{date}。您不用重新提交。",
            "{unit}最晚{due}告诉您是否受理。",
            _OPEN_RATE,
        ),
        Stage.HANDLING: _BEING_HANDLED,
        Stage.EXTENDED: CitizenWords(
            "办理时间延长",
            "情况比较复杂，{unit}需要多用一些时间。原因：{reason}。",
            "新的答复日期：最晚{due}。只能延长这一次。",
            _WITH_HANDLER,
        ),
        Stage.IN_APPROVAL: _BEING_HANDLED,
        Stage.OPINION_ISSUED: CitizenWords(
            "答复正在送达",
            "{unit}已经作出书面答复，正在送给您。答复日期：{date}。",
            "收到以后请签收。不同意的，从收到的第二天起有 30 天可以申请复查。",
            _OPEN_RATE,
        ),
        Stage.OPINION_SERVED: CitizenWords(
            "已经答复",
            "{unit}的书面答复已经送到。送达日期：{date}。请打开看看。",
            "不同意这个结果？最晚{due}可以申请复查，不收费。",
            (Step.REQUEST_REVIEW, Step.RATE, Step.SUPPLEMENT, Step.ASK_PROGRESS),
        ),
        Stage.MEDIATED: CitizenWords(
            "已达成协议",
            "您和对方达成了协议。日期：{date}。请保存好协议书。",
            "双方按协议做。约定的履行日期：{due}。对方没做到，请告诉我们，我们继续办。",
            (Step.SUPPLEMENT, Step.ASK_PROGRESS, Step.RATE),
        ),
        Stage.WITHDRAWN: CitizenWords(
            "您已撤回",
            "您撤回了这件信访。撤回日期：{date}。",
            "改变主意？最晚{due}可以恢复办理。以后也可以重新提出。",
            (Step.RESUME,),
        ),
        Stage.EXECUTING: CitizenWords(
            "正在落实",
            "{unit}支持您的请求，正在落实。答复日期：{date}。",
            "{unit}最晚{due}落实，办好后会请您确认。没有落实，请告诉我们。",
            (Step.DISPUTE_EXECUTION, Step.REQUEST_REVIEW, Step.RATE, Step.SUPPLEMENT, Step.ASK_PROGRESS),
        ),
        Stage.EXECUTED: CitizenWords(
            "请确认是否落实",
            "{unit}报告说已经落实。报告日期：{date}。",
            "请您看看是不是真的办好了。最晚{due}告诉我们；没办好，我们去督办。",
            (Step.CONFIRM_EXECUTION, Step.DISPUTE_EXECUTION, Step.REQUEST_REVIEW, Step.RATE, *_AFTER),
        ),
        Stage.REVIEW_REQUESTED: CitizenWords(
            "正在复查",
            "您的复查申请已经收到。收到日期：{date}。由{unit}复查。",
            "{unit}最晚{due}书面答复您。",
            (*_AFTER, Step.RATE),
        ),
        Stage.REVIEW_REFUSED: CitizenWords(
            "申请没有受理",
            "您的申请{unit}不能受理。告知日期：{date}。原因：{reason}。",
            "告知书里写了您可以怎么办。觉得不对，可以向信访部门反映。",
            (Step.DISPUTE_EXECUTION, *_AFTER, Step.RATE),
        ),
        Stage.REVIEW_SERVED: CitizenWords(
            "复查已经答复",
            "{unit}的复查意见已经送到。送达日期：{date}。请打开看看。",
            "不同意这个结果？最晚{due}可以申请复核，不收费。",
            (Step.REQUEST_RECHECK, Step.RATE, Step.SUPPLEMENT, Step.ASK_PROGRESS),
        ),
        Stage.RECHECK_REQUESTED: CitizenWords(
            "正在复核",
            "您的复核申请已经收到。收到日期：{date}。由{unit}复核。",
            "{unit}最晚{due}书面答复您。",
            (*_AFTER, Step.RATE),
        ),
        Stage.RECHECK_HEARING: CitizenWords(
            "正在听证",
            "{unit}决定开听证会，当面听各方说明。听证期间从{date}算起，不计入复核期限。",
            "请按通知参加，可以请人陪同或代理。听证结束后，继续计算复核期限。",
            (*_AFTER, Step.RATE),
        ),
        Stage.RECHECK_SERVED: CitizenWords(
            "复核已经答复",
            "{unit}的复核意见已经送到，这是最终答复。送达日期：{date}。",
            "有新的事实或理由，可以重新提出。生活有困难，可以找社区和信访部门帮忙。",
            (),
        ),
        Stage.ENDED_WINDOW: CitizenWords(
            "已经办结",
            "申请复查或复核的期限已过，这件事办结了。办结日期：{date}。",
            "有新的情况，可以重新提出。答复没有落实，请告诉我们。",
            (Step.DISPUTE_EXECUTION, Step.RATE),
        ),
        Stage.ENDED_RECHECK: CitizenWords(
            "复核办结",
            "{unit}的复核意见已经送到，这是最终答复。送达日期：{date}。",
            "有新的事实或理由，可以重新提出。生活有困难，可以找社区和信访部门帮忙。",
            (Step.DISPUTE_EXECUTION, Step.RATE),
        ),
        Stage.ENDED_AGREEMENT: CitizenWords(
            "协议已经履行",
            "协议已经履行，这件事办结了。办结日期：{date}。",
            "没有履行到位？请告诉我们，我们去督办。",
            (Step.DISPUTE_EXECUTION, Step.RATE),
        ),
        Stage.ENDED_OTHER_ROUTE: CitizenWords(
            "已由其他程序办",
            "这件事已经由{unit}按专门的程序办理，信访这边办结了。办结日期：{date}。",
            "之后的期限和救济办法，看那个程序的文书。",
            (Step.RATE,),
        ),
        Stage.ENDED_WITHDRAWN: CitizenWords(
            "撤回后办结",
            "您撤回的信访已经办结。办结日期：{date}。",
            "需要时，您可以随时重新提出。",
            (Step.RATE,),
        ),
        Stage.ENDED_SUGGESTION: CitizenWords(
            "建议已经答复",
            "{unit}研究了您的建议，已经答复您。答复日期：{date}。谢谢您。",
            "请打开看看，再告诉我们您满意不满意。",
            (Step.RATE,),
        ),
        Stage.ENDED_SIMPLE: CitizenWords(
            "已经办结",
            "{unit}已经答复您，这件事办结了。办结日期：{date}。",
            "又出现同样的问题，请重新提出。",
            (Step.RATE,),
        ),
        Stage.ENDED_JOINED: CitizenWords(
            "已并入先前一件",
            "您以前反映过同一件事，正在办理。这次的材料已经并进去了。日期：{date}。",
            "请看先前那一件的进度，答复期限按那一件算。",
            (Step.RATE,),
        ),
        Stage.ENDED_IMPORTED: CitizenWords(
            "以前已经答复",
            "这是以前办理过的信访。答复日期：{date}。",
            "有新的情况，可以重新提出。",
            (Step.RATE,),
        ),
        Stage.ARCHIVED: CitizenWords(
            "已经归档",
            "这件信访已经办结并归档。归档日期：{date}。",
            "您仍然可以查看全部答复。有新的情况，可以重新提出。",
            (),
        ),
        # stages of a referral only: the citizen meets them as a line of the history
        Stage.RETURNED: CitizenWords(
            "已退回重新确定",
            "{unit}说明这件事不归它管，信访部门已经同意。日期：{date}。",
            "信访部门会重新确定由谁办，并告诉您。",
            (),
        ),
        Stage.RELAYED: CitizenWords(
            "已继续转送",
            "{unit}已经把您的信访转给下一个单位。日期：{date}。",
            "收到的单位会告诉您是否受理。",
            (),
        ),
        Stage.CO_ANSWERED: CitizenWords(
            "协办单位已答",
            "{unit}已经把意见交给主办单位。日期：{date}。",
            "主办单位会一并答复您。",
            (),
        ),
        Stage.REVIEW_ISSUED: CitizenWords(
            "复查正在送达",
            "{unit}已经作出复查意见，正在送给您。日期：{date}。",
            "收到以后请签收。不同意的，从收到的第二天起有 30 天可以申请复核。",
            _AFTER,
        ),
        Stage.RECHECK_ISSUED: CitizenWords(
            "复核正在送达",
            "{unit}已经作出复核意见，正在送给您。日期：{date}。",
            "收到以后请签收。这是最终答复。",
            _AFTER,
        ),
        Stage.DESK_CLOSED: CitizenWords(
            "这一单位已办完",
            "{unit}负责的部分已经办完。日期：{date}。",
            "其他部分的进度，请看上面的记录。",
            (),
        ),
    }
)

# Stages in which the organisation is not named to the citizen, whatever the caller passes.
_UNNAMED = frozenset({Stage.SENT_TO_DISCIPLINE, Stage.PASSED_SEALED, Stage.OFF_LINE})
_UNIT_UNKNOWN = "承办单位"
_FIELD = re.compile(r"\{(\w+)\}")


def tell(
    stage: Stage,
    *,
    unit: str = "",
    on: date | str | None = None,
    due_on: date | str | None = None,
    reason: str = "",
) -> Told:
    """The words for a stage. Sentences that need a date or a reason which is not known are left out."""
    stage = Stage(stage)
    words = CITIZEN_WORDS[stage]
    fields = {
        "unit": _UNIT_UNKNOWN if stage in _UNNAMED or not unit else unit,
        "date": day(on),
        "due": day(due_on),
        "reason": reason.strip().rstrip("。；;."),
    }
    return Told(words.headline, _fill(words.sentence, fields), _fill(words.next_step, fields), words.may)


def day(value: date | str | None) -> str:
    """2027年1月19日: Arabic numerals, no padding. Text is taken as it is."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value.year}年{value.month}月{value.day}日"


def _fill(template: str, fields: Mapping[str, str]) -> str:
    kept = [part for part in re.findall(r"[^。？]+[。？]", template) if all(fields[f] for f in _FIELD.findall(part))]
    # not str.format: a reason may hold braces
    return "".join(_FIELD.sub(lambda found: fields[found.group(1)], part) for part in kept)
