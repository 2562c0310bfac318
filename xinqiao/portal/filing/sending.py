"""From what was typed on the pages to one submission: received once, however often the button is pressed."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from xinqiao.matters import intake
from xinqiao.matters.actors import Citizen
from xinqiao.matters.steps import receive
from xinqiao.organisations.models import Organisation
from xinqiao.portal import drafts
from xinqiao.portal.models import Draft
from xinqiao.rules.stages import Channel

from .pages import PAGES, asked

CLIENT = "portal"
_RELATIONS = {
    "family": "家人",
    "guardian": "监护人",
    "village": "村（社区）代办员",
    "lawyer": "律师、法律工作者",
    "other": "其他",
}


def send(draft: Draft, *, account_id: int | None, at: datetime) -> receive.Receipt:
    """Receive the draft as a petition, unless it was; a second press waits for the first and gets the same receipt.

    Raises IntakeInvalid with what is missing, StepRefused when no office is competent, IntakeClosed when the database
    would not keep it: then the draft is as it was.
    """
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk)
        if locked.sent_at:
            return drafts.receipt(locked, at=at)
        made = to_intake(locked, account_id=account_id, today=localdate(at))
        receipt, _is_new = receive.receive_once(
            made,
            client=CLIENT,
            key=str(locked.key),
            fingerprint=str(locked.key),
            by=Citizen(account_id=made.account_id),
            at=at,
        )
        drafts.mark_sent(locked, receipt, at=at)
    return receipt


def to_intake(draft: Draft, *, account_id: int | None, today: date) -> intake.Intake:
    """What the pages say, as one submission. Raises IntakeInvalid."""
    said = collected(drafts.texts(draft))
    return intake.clean(
        {
            **said,
            "attachments": [stored for _number, stored in drafts.stored_files(draft)],
            "account_id": None if said["anonymous"] else account_id,  # an account would say who it is
        },
        today=today,
    )


def collected(kept: dict) -> dict:
    """The plain values of all pages together, as `intake.clean` wants them."""
    forms = {page.slug: page.form(kept.get(page.slug, {}), kept=kept) for page in asked(kept)}
    forms.setdefault("respondent", PAGES["respondent"].form(kept.get("respondent", {}), kept=kept))
    for form in forms.values():
        form.is_valid()
    said = {slug: form.cleaned_data for slug, form in forms.items()}
    you, wishes = said["you"], said["wishes"]
    together = forms.get("together")
    return {
        "purpose": said["kind"].get("purpose"),
        "channel": Channel.WEB,
        "content": said["story"].get("content", ""),
        "reasons": said["story"].get("reasons", ""),
        "requests": forms["requests"].lines,
        "place": said["place"].get("place"),
        "place_detail": said["place"].get("detail", ""),
        "respondent": _respondent(said["respondent"]),
        "anonymous": bool(you.get("anonymous")),
        "people": _people(said, together),
        "headcount": said["together"].get("headcount") if together else 1,
        "joint": together is not None,
        "secrecy": wishes.get("secrecy") == "yes",
        "publish_consent": wishes.get("publish") == "yes",
        "electronic_service": wishes.get("electronic") == "yes",
        "accessibility_need": wishes.get("accessibility_need", ""),
        "channel_facts": _channel_facts(said),
        "petition_on": None,
    }


def _people(said: dict, together) -> list[dict]:
    """The writer, or the person they write for with the writer as agent; then representatives and signatories."""
    you = said["you"]
    writer = {name: you.get(name, "") for name in ("name", "mobile", "address", "id_type", "id_number")}
    writer["email"] = said["wishes"].get("email", "")
    if you.get("anonymous"):
        writer = {"mobile": writer["mobile"], "email": writer["email"]}
    if "principal" in said:
        principal = {name: said["principal"].get(name, "") for name in ("name", "mobile", "address")}
        return [principal, {**writer, "agent": True}]
    if together is None:
        return [writer]
    return [{**writer, "representative": True}, *together.representatives, *together.signatories]


def _respondent(said: dict) -> dict:
    kept = {name: said.get(name, "") for name in ("name", "unit", "post")}
    chosen = said.get("organisation", "")
    organ = Organisation.objects.filter(pk=int(chosen)).first() if chosen.isascii() and chosen.isdigit() else None
    if organ is not None:
        kept |= {"organisation_id": organ.pk, "unit": kept["unit"] or organ.name}
    return kept


def _channel_facts(said: dict) -> dict:
    facts = {"terminal": "web"}
    if "principal" in said:
        facts["agent_relation"] = _RELATIONS.get(said["principal"].get("relation", ""), "")
    turned_to = [name for name, answer in said.get("elsewhere", {}).items() if answer == "yes"]
    if turned_to:
        facts["answers_before_filing"] = turned_to
    return facts
