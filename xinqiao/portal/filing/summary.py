"""What was typed, as the page 检查 shows it: question, answer, and the page where it can be changed."""

from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Purpose

from . import places, sending
from .forms import PURPOSES
from .pages import PAGES

_SHORT = {
    "kind": "事情的类别", "place": "发生的地方", "story": "发生了什么", "requests": "希望怎么解决", "respondent": "反映的单位或人",
    "files": "照片和材料", "who": "替谁反映", "principal": "被代理人", "you": "您的信息", "together": "一起反映的人", "wishes": "答复方式和保密",
}  # fmt: skip


def groups(kept: dict, stored: list) -> list[dict]:
    """[{slug, title, lines}] in the order of the pages; what was not asked is left out."""
    said = sending.collected(kept)
    lines = {
        "kind": [{purpose: words for purpose, words, _hint in PURPOSES}.get(said["purpose"], "")],
        "place": _place(said),
        "story": [said["content"], said["reasons"]],
        "requests": [f"{number}. {text}" for number, text in enumerate(said["requests"], 1)],
        "respondent": _respondent(said["respondent"]),
        "files": [file.original_name for _number, file in stored],
        **_people(kept, said),
        "wishes": _wishes(said),
    }
    shown = []
    for slug, title in _SHORT.items():
        answer = [line for line in lines.get(slug, ()) if line]
        needed = PAGES[slug].asks_of(kept) or slug == "respondent"
        if needed:
            shown.append({"slug": slug, "title": title, "lines": answer})
    return shown


def _place(said: dict) -> list[str]:
    if said["place"] is None:
        return []
    return [" ".join(places.own_name_of(one) for one in places.chain(said["place"])), said["place_detail"]]


def _respondent(said: dict) -> list[str]:
    """The organ that was chosen stands by its full name, and what was typed before beside it: both go along."""
    chosen = Organisation.objects.filter(pk=said.get("organisation_id")).first()
    shown = "　".join(filter(None, (chosen.name if chosen else said["unit"], said["post"], said["name"])))
    also = [f"您写的名称：{said['unit']}"] if chosen and said["unit"] and said["unit"] != chosen.name else []
    return [shown, *also]


def _people(kept: dict, said: dict) -> dict[str, list[str]]:
    who = kept.get("who", {}).get("who")
    writer = said["people"][1] if who == "agent" else said["people"][0]
    name = "匿名（不写名字）" if said["anonymous"] else writer.get("name", "")
    shown = {
        "who": [{"self": "我自己的事", "together": "几个人一起", "agent": "替别人反映"}.get(who, "")],
        "you": [
            name,
            writer.get("mobile", ""),
            writer.get("address", ""),
            writer.get("id_number", ""),
            writer.get("email", ""),
        ],
    }
    if who == "agent":
        principal = said["people"][0]
        relation = said["channel_facts"].get("agent_relation", "")
        shown["principal"] = [
            principal["name"],
            principal["mobile"],
            principal["address"],
            f"您是他（她）的：{relation}",
        ]
    if who == "together":
        others = said["people"][1:]
        spoken_for = [f"代表：{one['name']}　{one['mobile']}" for one in others if one.get("representative")]
        signed = [one["name"] for one in others if not one.get("representative")]
        shown["together"] = [
            f"一共 {said['headcount']} 人",
            *spoken_for,
            f"一起签名：{'、'.join(signed)}" if signed else "",
        ]
    return shown


def _wishes(said: dict) -> list[str]:
    if said["purpose"] == Purpose.ACCUSE:
        secrecy = "检举控告一律保密"
    else:
        secrecy = "对承办单位保密我的身份" if said["secrecy"] else "不用对承办单位保密"
    return [
        "网上查看答复" if said["electronic_service"] else "给我纸质答复",
        secrecy,
        "答复可以公开" if said["publish_consent"] else "答复不公开",
        said["accessibility_need"],
    ]
