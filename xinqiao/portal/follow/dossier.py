"""Everything the pages of one matter need, read once: ten statements, whatever the matter went through."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.timezone import localdate

from xinqiao.documents.models import Document, Status
from xinqiao.matters import telling
from xinqiao.matters.models import Attachment, Clock, Event, Matter, Opinion, Rating, Record, Referral, Withdrawal
from xinqiao.matters.steps import recuse
from xinqiao.matters.steps.follow import OFFICE_DECISIONS, rating_due, supports
from xinqiao.people.models import Petitioner
from xinqiao.rules import citizen_words, rating
from xinqiao.rules.moves import steps_from
from xinqiao.rules.stages import Kind, ReferralKind, Role, Route, Stage, Step


@dataclass
class Dossier:
    """One matter with its rows, oldest first, and the questions that pages ask of them. Nothing here is for officers' eyes only."""

    matter: Matter
    today: date
    events: list[Event]
    desks: list[Referral]
    clocks: list[Clock]
    records: list[Record]  # only those that are shown to the citizen
    letters: list[Document]  # only those that the citizen may have
    attachments: list[Attachment]  # only the citizen's own
    opinions: list[Opinion]
    ratings: list[Rating]
    withdrawals: list[Withdrawal]

    @property
    def stage(self) -> Stage:
        return Stage(self.matter.stage)

    @cached_property
    def told(self) -> citizen_words.Told:
        return telling.told(self.matter, events=self.events, clocks=self.clocks, opinions=self.opinions)

    @cached_property
    def counted(self) -> Clock | None:
        return telling.counted(self.matter, self.clocks)

    @cached_property
    def withdrawal(self) -> Withdrawal | None:
        """A withdrawal that waits for its 24 hours (WD-3)."""
        return next((one for one in reversed(self.withdrawals) if one.state == "waiting"), None)

    @property
    def handler_desk(self) -> Referral | None:
        """The desk that has the matter now, once its handler was named to the citizen (F-08 says who)."""
        named = [d for d in self.desks if d.handler_id and d.organisation_id == self.matter.unit_id and d.is_open]
        return None if self.stage in (Stage.SENT_TO_DISCIPLINE, Stage.PASSED_SEALED, Stage.OFF_LINE) else (named or [None])[-1]

    @cached_property
    def may(self) -> list[Step]:
        """What the citizen can do now: what the words offer and the table of moves allows, less what was done already."""
        kind = Kind(self.matter.kind) if self.matter.kind else None
        allowed = {move.step for move in steps_from(self.stage, {Role.CITIZEN}, on="matter", kind=kind)}
        offered = [step for step in self.told.may if step in allowed and self._is_open(step)]
        if Step.ASK_SUPERVISION in allowed and self._is_open(Step.ASK_SUPERVISION):
            offered.append(Step.ASK_SUPERVISION)
        if self.withdrawal and Step.CANCEL_WITHDRAWAL in allowed:
            offered.append(Step.CANCEL_WITHDRAWAL)
        return offered

    def _is_open(self, step: Step) -> bool:
        """Whether a step that the stage allows is not done already, and has what it is about."""
        return _OPEN[step](self) if step in _OPEN else True

    def confirms_until(self) -> Clock | None:
        """The running window in which the citizen says whether it was carried out (T-48)."""
        clock = self.window("EXEC_CONFIRM15")
        return clock if clock and clock.state == "running" else None

    def supervision_asked(self) -> bool:
        """The citizen asked for supervision and nobody answered yet (SV-9)."""
        steps = (Step.ASK_SUPERVISION, Step.ISSUE_SUPERVISION, Step.DECLINE_SUPERVISION)
        said = [event.step for event in self.events if event.step in steps]
        return bool(said) and said[-1] == Step.ASK_SUPERVISION

    def served(self, instance: str) -> Opinion | None:
        """The opinion of an instance that counts: the last one that was served and not revoked."""
        found = [one for one in self.opinions if one.instance == instance and one.state == "served"]
        return max(found, key=lambda one: one.round, default=None)

    def promised(self) -> bool:
        """Something was promised, by an agreement or by an opinion that supports a request (as steps.follow.promising_desk)."""
        opinion = self.served("handling")
        return any(desk.stage == Stage.ENDED_AGREEMENT for desk in self.desks) or bool(opinion and supports(opinion))

    def window(self, term: str) -> Clock | None:
        """The last clock of a term, running or over."""
        return next((clock for clock in reversed(self.clocks) if clock.term == term), None)

    # ---- rating (D.17) ------------------------------------------------------------------------------------------------

    def ratable(self) -> list[str]:
        """The targets that can be rated now, the unit first."""
        if rating.why_not_ratable(self._rating_facts()):
            return []
        targets = (rating.RatingTarget.UNIT, rating.RatingTarget.OFFICE)
        return [target for target in targets if self._is_ratable(target)]

    def _is_ratable(self, target: str) -> bool:
        organisation_id, opened_on = self.rated(target)
        if opened_on is None or opened_on > self.today:
            return False
        given = any(one.target == target and one.organisation_id == organisation_id for one in self.ratings)
        return not given and self.today <= rating_due(opened_on)

    def rated(self, target: str) -> tuple[int | None, date | None]:
        """Whom a rating is about, and since when it can be given (RA-6)."""
        if target == rating.RatingTarget.OFFICE:
            decided = next((event for event in self.events if event.step in OFFICE_DECISIONS), None)
            return (decided.organisation_id, localdate(decided.at)) if decided else (None, None)
        served = [one for one in self.opinions if one.instance == "handling" and one.served_on]
        last = max(served, key=lambda one: one.round, default=None)
        return (last.organisation_id, last.served_on) if last else (None, None)

    def name_of(self, organisation_id: int | None) -> str:
        organs = [d.organisation for d in self.desks] + [e.organisation for e in self.events if e.organisation]
        return next((organ.name for organ in organs if organ.pk == organisation_id), "")

    def _rating_facts(self) -> rating.RatingFacts:
        return rating.RatingFacts(
            is_first_petition=not self.matter.repeat,
            kind=Kind(self.matter.kind) if self.matter.kind else None,
            route=Route(self.matter.route) if self.matter.route else None,
            to_other_powers=any(desk.kind == ReferralKind.POLITICAL_LEGAL for desk in self.desks),
        )


_OPEN: dict[Step, Callable[[Dossier], object]] = {
    Step.REQUEST_WITHDRAWAL: lambda dossier: dossier.withdrawal is None,
    Step.OBJECT_TO_FILING: lambda dossier: not dossier.matter.filing_objected,
    Step.RATE: lambda dossier: bool(dossier.ratable()),
    Step.ASK_RECUSAL: lambda dossier: dossier.handler_desk is not None and not recuse.is_waiting(dossier.records),
    Step.ASK_SUPERVISION: lambda dossier: not dossier.matter.sealed and not dossier.supervision_asked(),
    Step.CONFIRM_EXECUTION: lambda dossier: dossier.confirms_until() is not None,
    Step.DISPUTE_EXECUTION: lambda dossier: dossier.promised(),
    Step.REQUEST_REVIEW: lambda dossier: dossier.served("handling") is not None,
    Step.REQUEST_RECHECK: lambda dossier: dossier.served("review") is not None,
}


def load(matter: Matter, *, today: date) -> Dossier:
    """Read it all. The matter was opened by `proof.open_matter`."""
    mine = {"matter_id": matter.pk}
    if matter.stage == Stage.OFF_LINE:
        return _off_line(matter, today)
    opinions = list(Opinion.objects.filter(**mine).exclude(state__in=("draft", "in_approval")).order_by("pk"))
    return Dossier(
        matter=matter,
        today=today,
        events=list(Event.objects.filter(**mine).select_related("organisation").order_by("seq")),
        desks=list(
            Referral.objects.filter(**mine).select_related("organisation", "handler__user").order_by("pk")
        ),
        clocks=list(Clock.objects.filter(**mine).order_by("pk")),
        records=list(
            Record.objects.filter(**mine, shown_to_citizen=True).select_related("by__organisation", "by__user").order_by("pk")
        ),
        letters=_letters(matter, opinions),
        attachments=list(Attachment.objects.filter(**mine, from_citizen=True).order_by("pk")),
        opinions=opinions,
        ratings=list(Rating.objects.filter(**mine).order_by("pk")),
        withdrawals=list(Withdrawal.objects.filter(**mine).order_by("pk")),
    )  # fmt: skip


def _off_line(matter: Matter, today: date) -> Dossier:
    """C-15: what may hold a state secret is shown to nobody here any more; the citizen reads where it stands."""
    events = Event.objects.filter(matter_id=matter.pk).select_related("organisation").order_by("seq")
    kinds = ("desks", "clocks", "records", "letters", "attachments", "opinions", "ratings", "withdrawals")
    nothing = {name: [] for name in kinds}
    return Dossier(matter=matter, today=today, events=list(events), **nothing)


def _letters(matter: Matter, opinions: list[Opinion]) -> list[Document]:
    """An opinion is shown from its service on: the days for a review count from then, and no second date may stand beside it."""
    on_the_way = {one.document_id for one in opinions if one.served_on is None}
    found = Document.objects.filter(matter_id=matter.pk, visible_to_citizen=True).exclude(status=Status.DRAFT)
    rows = found.defer("data", "text").order_by("pk")
    return [document for document in rows if document.pk not in on_the_way]


def told_by_sms(matter: Matter) -> str:
    """The masked mobile number to which messages go, or empty."""
    main = Petitioner.objects.filter(matter_id=matter.pk).order_by("position").first()
    return main.identity().masked().mobile if main and main.sealed_mobile else ""
