"""谁看过我的信访件 and 我的信息: who looked, and what is kept about the citizen (LG-6, PIPL 44 to 50).

Number and query code show one's own data masked: the code may have been overheard. In full only after a log-in by the very mobile
number that the petition names.
"""

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from xinqiao.access import looked as access_looked
from xinqiao.analysis.published import consent_is_taken_back
from xinqiao.exports.making import matters_in
from xinqiao.matters.models import Matter, Submission
from xinqiao.people.models import Account, Identity, Petitioner
from xinqiao.rules.identity import IdType
from xinqiao.rules.stages import Channel, Purpose, Stage

from .matter import needs_proof

LABELS = {
    "name": "姓名", "id_type": "证件类型", "id_number": "证件号码", "mobile": "手机", "phone": "电话", "email": "电子邮箱",
    "address": "住址", "work_unit": "工作单位",
}  # fmt: skip


@require_safe
@needs_proof
def page(request: HttpRequest, dossier, actor) -> HttpResponse:
    """Who opened the file, day by day."""
    matter = dossier.matter
    context = {
        "matter": matter,
        "days": access_looked.days(matter, exports=matters_in(matter.pk)),
        "withholds": access_looked.withholds(matter),
        "today": dossier.today,
    }
    return render(request, "portal/follow/looked.html", context)


@require_safe
@needs_proof
def my_data(request: HttpRequest, dossier, actor) -> HttpResponse:
    """What is kept about me in this matter, with the ways to copy and to correct it (PIPL 45, 46)."""
    matter = dossier.matter
    people = [(row.position, _rows(person), full) for row, person, full in _people(matter, actor.account_id)]
    text = _("我要更正登记的信息：\n原来登记的是：\n应当是：\n")
    context = {
        "matter": matter, "people": people, "all_full": all(full for _position, _rows, full in people), "today": dossier.today,
        "submissions": Submission.objects.filter(matter_id=matter.pk).count(), "files": len(dossier.attachments),
        "letters": len(dossier.letters), "account_id": actor.account_id,
        "correct_url": f"{reverse('portal:supplement', args=[matter.number])}?{urlencode({'text': text})}" if "supplement" in dossier.may else "",
    }  # fmt: skip
    return render(request, "portal/follow/my_data.html", context)


@require_safe
@needs_proof
def my_data_copy(request: HttpRequest, dossier, actor) -> HttpResponse:
    """The same as a file that programs can read (JSON): what I said, what I gave, which letters I got, who looked."""
    matter = dossier.matter
    if dossier.stage == Stage.OFF_LINE:
        raise Http404  # C-15: shown to nobody here any more
    body = json.dumps(_copy(dossier, matter, actor.account_id), ensure_ascii=False, indent=2) + "\n"
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="xinfang-{matter.number}.json"'
    return response


def _people(matter: Matter, account_id: int | None) -> list[tuple[Petitioner, Identity, bool]]:
    """Each petitioner as this visitor may see them: in full only the one whose mobile number the visitor proved."""
    account = Account.objects.filter(pk=account_id).first() if account_id else None
    made = []
    for row in matter.petitioners:
        own = bool(account and row.mobile_index and row.mobile_index == account.mobile_index)
        person = row.identity()
        made.append((row, person if own else person.masked(), own))
    return made


def _rows(person: Identity) -> list[tuple[str, str]]:
    said = {**person.__dict__, "id_type": _id_type(person.id_type)}
    return [(label, said[name]) for name, label in LABELS.items() if said.get(name)]


def _id_type(code: str) -> str:
    return IdType(code).label if code in set(IdType) else code


def _copy(dossier, matter: Matter, account_id: int | None) -> dict:
    """Everything of the citizen's own; texts as they were written."""
    return {
        "编号": matter.number,
        "生成时间": localtime(timezone.now()).isoformat(timespec="seconds"),
        "信访人": [dict(_rows(person)) for _row, person, _full in _people(matter, account_id)],
        "提交": [
            {
                "时间": localtime(one.received_at).isoformat(timespec="seconds"),
                "形式": Channel(one.channel).label,
                "标题": one.title,
                "内容": one.content,
                "事实和理由": one.reasons,
                "诉求": one.requests,
                "内容摘要值": f"{one.hash_algorithm}:{one.content_hash}",
            }
            for one in Submission.objects.filter(matter_id=matter.pk).order_by("pk")
        ],
        "信访目的": Purpose(matter.purpose).label,
        "要求保密": matter.secrecy,
        "同意公开答复": matter.publish_consent and not consent_is_taken_back(matter),
        "同意电子送达": matter.electronic_service,
        "材料": [{"文件名": one.original_name, "字节": one.size_bytes, "摘要值": one.original_digest} for one in dossier.attachments],
        "文书": [{"名称": one.title, "文号": one.number} for one in dossier.letters],
        "谁看过": [
            {
                "日期": day.isoformat(),
                "单位": look.organisation,
                "岗位": look.post,
                "看了什么": look.what,
                "用途": look.why,
                "次数": len(look.times),
            }
            for day, looks in access_looked.days(matter, exports=matters_in(matter.pk))
            for look in looks
        ],
    }
