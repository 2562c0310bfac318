"""Drafts by a language model of the operator's own (机器起草): an adapter for any address that speaks as OpenAI's chat completions do.

Off by default. One petition, one question, one answer: no memory, no tools, no other petition. Reports, sealed and mixed matters, what
names somebody accused, whoever asked for secrecy, and what nobody has classified yet are never sent.
"""

import json

from django.conf import settings

from xinqiao import http_client
from xinqiao.matters import identities
from xinqiao.matters.models import Matter
from xinqiao.rules.drafting import ANSWER_AT_MOST, FACTS_AT_MOST, TASKS, TEXT_AT_MOST, TOKENS_AT_MOST, Sort, plain
from xinqiao.rules.stages import Kind

from . import is_on as analysis_is_on
from .proposals import reading_of


class NoDraft(Exception):
    """The model gave no draft. `args[0]` says so to the reader."""


def is_on() -> bool:
    """Whether the operator named a model, and analysis is not switched off."""
    return bool(analysis_is_on() and settings.XINQIAO_LLM_URL and settings.XINQIAO_LLM_MODEL)


def may_be_sent(matter: Matter) -> bool:
    """Whether the text of this matter may be shown to the model: a person has read it and decided that it holds no report (C-01)."""
    closed = (
        matter.sealed or matter.mixed or matter.secrecy or matter.kind == Kind.REPORT or matter.unseal_by is not None
    )
    return bool(matter.kind and matter.content_class_id and not closed and not matter.has_accused)


def material(matter: Matter, *, facts: str = "") -> dict:
    """All that the model sees: the petition without anything that tells who petitions, bounded. `facts`: what the office found."""
    people = [one.identity() for one in matter.petitioners]

    def clean(text: str, most: int) -> str:
        return identities.without_identity(text, people, strict=True, wholly=True)[:most]

    reading = reading_of(matter)
    requests = [clean(row.text, FACTS_AT_MOST) for row in matter.requests.all()] or [
        clean(one, FACTS_AT_MOST) for one in reading.demands
    ]
    said = {"标题": clean(reading.title, 200), "内容": clean(reading.body, TEXT_AT_MOST), "诉求": requests[:20]}
    return {**said, **({"查明的情况": clean(facts, FACTS_AT_MOST)} if facts else {})}


def draft(matter: Matter, sort: Sort, *, facts: str = "") -> str:
    """Ask once. The caller has put it on record. Returns plain text; raises NoDraft."""
    if not is_on() or not may_be_sent(matter):
        raise NoDraft("这一件不能用机器起草。")
    messages = [
        {"role": "system", "content": TASKS[sort]},
        {"role": "user", "content": json.dumps(material(matter, facts=facts), ensure_ascii=False)},
    ]
    asked = {
        "model": settings.XINQIAO_LLM_MODEL,
        "messages": messages,
        "temperature": 0.2,
        "max_tokens": TOKENS_AT_MOST,
        "stream": False,
    }
    key = settings.XINQIAO_LLM_KEY
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {key}"} if key else {})}
    try:
        answer = http_client.post(
            f"{settings.XINQIAO_LLM_URL}/chat/completions",
            json.dumps(asked, ensure_ascii=False).encode(),
            headers,
            private_network=settings.XINQIAO_LLM_PRIVATE_NETWORK,
            loopback=True,
            seconds=settings.XINQIAO_LLM_SECONDS,
        )
    except (http_client.NotReached, http_client.OutcomeUnknown) as error:
        raise NoDraft("机器起草的服务没有回应。您可以稍后再试，或者自己写。") from error
    return _read(answer)


def _read(answer: http_client.Answer) -> str:
    try:
        said = json.loads(answer.body)["choices"][0]["message"]["content"] if answer.status // 100 == 2 else None
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise NoDraft("机器起草的服务没有给出能用的文字。您可以稍后再试，或者自己写。") from error
    text = plain(said[: ANSWER_AT_MOST * 10]) if isinstance(said, str) else ""
    if not text:
        raise NoDraft("机器起草的服务没有给出能用的文字。您可以稍后再试，或者自己写。")
    return text
