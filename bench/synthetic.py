"""A database of synthetic matters: the invented region, then N matters with desks, clocks, letters, a true event chain and search entries.

Only for measuring, in a database of its own. The stages, limits and moves come from the tables of `rules`, the texts are our own sentences
put together anew, each with a code that no other has. A batch of matters is drawn from its own number, so that any process can make it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from types import SimpleNamespace

from django.db import connection, transaction

from bench import found, people, units
from bench.rows import NULL, Rows, escaped, text
from bench.story import Desk, Story
from bench.ways import REPORT, WAYS, Beat
from xinqiao import crypto
from xinqiao.crypto.canonical import encode_all
from xinqiao.documents.models import Document, DocumentCode, DocumentSeries
from xinqiao.matters import clocks, entries, history, models, policy
from xinqiao.organisations.models import ContentClass, Officer, Organisation
from xinqiao.people.models import Petitioner
from xinqiao.rules import deadlines, numbering, terms
from xinqiao.rules.document_contents import document_kind
from xinqiao.rules.moves import DESK_DONE, ENDED, MOVES, Move
from xinqiao.rules.stages import Kind, Line, ReferralKind, Role, Stage, Step
from xinqiao.seed import load_region, region
from xinqiao.seed.petitions import draw_petitions

QUERY_CODE = "0123456789ABCDEF"  # of every synthetic matter
FOCUS_OFFICE, FOCUS_UNIT = "lanjiang-petition", "lanjiang-housing"  # the desks whose queues are measured
FOCUS_OPEN = 150  # open matters that lie there at any size, so that a first page is full at any size
OPEN_AT_LEAST = 400
BATCH = 1000  # matters
DESKS_AT_MOST = 4  # of one matter
TEXTS = 1500  # petitions drawn; each matter combines parts of several
DELIVERY_DAYS = 90  # older ones are cleared away in an office too
ANSWERED = ("经现场查看、调阅资料，查明的情况与您反映的基本一致。", "依据有关规定，您的诉求合理。")
BESIDE = {Role.CITIZEN: "citizen", Role.SYSTEM: "system"}
SHANGHAI_HOURS = timedelta(hours=8)
EVENT_COLUMNS = (
    "matter_id", "seq", "step", "from_stage", "to_stage", "referral_id", "actor_kind", "officer_id", "organisation_id", "at", "recorded_at",
    "facts_text", "document_id", "previous_hash", "hash", "algorithm",
)  # fmt: skip
CLOCK_COLUMNS = (
    "term", "holder", "started_on", "nominal_on", "due_on", "office_target_on", "provisional", "inputs", "rules", "explanation",
)  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """What a database holds. `units`: organs that handle matters, made up beyond the region's own when there are fewer; `months`: how far
    back matters go; `open_share`: how many of them are open; `lean_from`: matters from this one on have no letters, clocks, events and
    texts, only what lists, search and counts read; `copies`: how many are made of the closed ones afterwards (bench.copies)."""

    matters: int
    at: str  # ISO moment of the first call: "now" of all matters
    seed: int = 1
    units: int = 0
    months: int = 24
    open_share: float = 0.10
    lean_from: int = 0
    copies: int = 0

    def as_dict(self) -> dict:
        return asdict(self)

    @property
    def batches(self) -> range:
        return range(-(-self.matters // BATCH))


def fill(matters: int, *, at: datetime, seed: int = 1, progress: Callable[[int], object] = lambda count: None) -> None:
    """Make `matters` matters in this process, in the two years before `at`. The database is migrated and empty.

    `progress` is called with the number of matters after each batch.
    """
    plan = Plan(matters, at.isoformat(), seed)
    prepare(plan)
    filling = Filling(plan)
    for number in plan.batches:
        with transaction.atomic():
            count = filling.batch(number)
        progress(count)
    finish()


def prepare(plan: Plan) -> None:
    """The region and the units, which all matters hang on."""
    if not load_region.is_loaded():
        load_region.load()
    units.add(plan.units)


def finish() -> None:
    """Keys and numbers go on where the synthetic ones end."""
    for table in Tables().all:
        table.hand_over_keys()
    days = [models.NumberSeries(series=series, last=last) for series, last in _last_numbers().items()]
    models.NumberSeries.objects.bulk_create(days, update_conflicts=True, unique_fields=["series"], update_fields=["last"], batch_size=5000)
    letters = [
        DocumentSeries(organisation_id=organisation_id, type_word=word, year=year, last=last)
        for (organisation_id, word, year), last in _last_letters().items()
    ]
    DocumentSeries.objects.bulk_create(letters, ignore_conflicts=True, batch_size=5000)


def analyze() -> None:
    """Let the planner know the tables, as autovacuum does in an office. Needs the owner's rights."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _last_numbers() -> dict[str, int]:
    """The last sequence given of each division and day."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT left(number, 14), max(substr(number, 15, 4) COLLATE \"C\") FROM matters_matternumber GROUP BY 1"
        )
        return {series: numbering.sequence_value(last) for series, last in cursor.fetchall()}


def _last_letters() -> dict[tuple[int, str, int], int]:
    last: dict[tuple[int, str, int], int] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_id, kind, year, max(sequence) FROM documents_document WHERE sequence IS NOT NULL GROUP BY 1, 2, 3")
        for organisation_id, kind, year, sequence in cursor.fetchall():
            series = (organisation_id, document_kind(kind).type_word, year)
            last[series] = max(last.get(series, 0), sequence)
    return last


class Tables:
    """The tables that are filled, parents first."""

    def __init__(self):
        self.matters, self.numbers = Rows(models.Matter), Rows(models.MatterNumber)
        self.submissions, self.requests = Rows(models.Submission), Rows(models.Request, 12)
        self.petitioners, self.desks = Rows(Petitioner), Rows(models.Referral, DESKS_AT_MOST)
        self.accused = Rows(models.Accused)
        self.documents, self.codes = Rows(Document, 8), Rows(DocumentCode, 8)
        self.opinions, self.records = Rows(models.Opinion, 2), Rows(models.Record, 2)
        self.clocks, self.events, self.deliveries = Rows(models.Clock, 16), Rows(models.Event, 20), Rows(models.Delivery, 20)
        self.all = [
            self.matters, self.numbers, self.submissions, self.requests, self.petitioners, self.accused, self.desks, self.documents,
            self.codes, self.opinions, self.records, self.clocks, self.events, self.deliveries,
        ]  # fmt: skip


class Filling(Tables):
    """What matters are drawn from, for one of `processes` processes that fill the same database."""

    def __init__(self, plan: Plan, process: int = 0, processes: int = 1):
        super().__init__()
        self.plan, self.process, self.processes = plan, process, processes
        self.at = datetime.fromisoformat(plan.at)
        self.today = (self.at.astimezone(UTC) + SHANGHAI_HOURS).date()
        self.days_back = round(plan.months * 30.4)
        self.town = town = load_region.Town(region.load())
        self.rng = rng = Random(plan.seed)
        self.algorithm = crypto.preferred_digest()
        self.code_hash = crypto.slow_hash(QUERY_CODE)
        self.petitions = list(draw_petitions(Random(rng.random()), town.data, TEXTS))
        self.open_petitions = [petition for petition in self.petitions if petition.kind is not Kind.REPORT]
        self.people = people.draw(town.data.people, max(plan.matters // 50, 200), Random(rng.random()))
        self.classes = list(ContentClass.objects.filter(level=2).order_by("pk").values_list("pk", flat=True))
        lines = region.HANDLING_LINES
        self.units = [organ for organ in town.organs.values() if organ.line in lines and town.posts.get(organ.key)]
        self.units.sort(key=lambda organ: organ.pk)
        self.own_share = 0.6 if len(self.units) < 2 * len(town.data.organisations) else 0.1  # the region's own units are then a part of many
        self.offices = {o.parent_id: o for o in town.organs.values() if o.line == Line.PETITION_OFFICE}
        self.seats: dict[tuple[int, Role], Officer] = {}
        self.above = _ancestors(town.organs.values())
        # Sequences already given are passed over; this process takes every `processes`-th one after them.
        self.days = {series: -(-last // processes) for series, last in _last_numbers().items()}
        self.series = {series: -(-last // processes) for series, last in _last_letters().items()}
        self.found: list[str] = []
        self.alike: list[str] = []
        self.models: list[str] = []  # matters that are copied: marks but for the time
        self.event_row = self.events.template("id", *EVENT_COLUMNS)
        self.clock_row = self.clocks.template(
            "id", "matter_id", "referral_id", "organisation_id", "state", "ended_on", "next_warning_on", joined=CLOCK_COLUMNS
        )

    def batch(self, number: int) -> int:
        """Make and write the matters of one batch in the caller's transaction; returns how many."""
        plan, first = self.plan, number * BATCH
        count = min(BATCH, plan.matters - first)
        for table in self.all:
            table.begin(first, count)
        self.rng = rng = Random(f"{plan.seed}/{number}")
        open_ones = round(count * plan.open_share)
        if number == 0:  # lists of the measured unit are full at any size
            open_ones = min(count, max(open_ones, OPEN_AT_LEAST))
        is_open = [True] * open_ones + [False] * (count - open_ones)
        rng.shuffle(is_open)
        focus_left = FOCUS_OPEN if number == 0 else 0
        for place, unfinished in enumerate(is_open, first):
            self.lean = bool(plan.lean_from) and place >= plan.lean_from
            self.add(unfinished=unfinished, focus=unfinished and focus_left > 0)
            focus_left -= unfinished
        self.write()
        return count

    # ---- one matter ------------------------------------------------------------------------------------------------

    def add(self, *, unfinished: bool, focus: bool) -> None:
        """Draw one matter, walk its way to the end or to a point on it, and keep its rows for the next write."""
        rng = self.rng
        petition = rng.choice(self.petitions if not focus else self.open_petitions)
        beats = rng.choices([beats for _, beats in WAYS.values()], [often for often, _ in WAYS.values()])[0]
        organs = self._organs(petition, focus)
        if focus or organs["office"] is organs["lower"]:  # no office below to relay to
            beats = WAYS["handled"][1]
        if petition.kind is Kind.REPORT:
            beats = REPORT
        if unfinished:
            beats = beats[: rng.randint(1, len(beats) - 1)]
        story = Story(self.matters.reserve(), beats, self._moments(beats, unfinished), organs)
        self._draw_words(story, petition)
        for beat, moment in zip(beats, story.moments, strict=True):
            self._take(story, beat, moment)
        number = self._number(story.organs["office"], _local(story.moments[0]))
        self._keep_desks_and_clocks(story, number, sealed=petition.kind is Kind.REPORT)
        self._keep_matter(story, petition, number)

    def _organs(self, petition, focus: bool) -> dict[str, Organisation]:
        organs, rng = self.town.organs, self.rng
        own = petition.kind is Kind.REPORT or rng.random() < self.own_share
        unit = organs[petition.organisation] if own else rng.choice(self.units)
        if focus:
            unit = organs[FOCUS_UNIT]
        elif not self.town.posts.get(unit.key):
            unit = rng.choice(self.units)
        chain = []
        above = unit.parent or unit
        while above:
            if above.pk in self.offices:
                chain.append(self.offices[above.pk])
            above = organs[above.parent.key] if above.parent else None
        lower, upper = chain[0], chain[min(1, len(chain) - 1)]
        office = organs[FOCUS_OFFICE] if focus else upper
        review = organs[unit.parent.parent.key] if unit.parent and unit.parent.parent else organs[load_region.TOP]
        return {"office": office, "lower": lower, "unit": unit, "review": review}

    def _moments(self, beats: tuple[Beat, ...], unfinished: bool) -> list[datetime]:
        """A moment for each step; the last one lies some days back for an open matter, up to `months` for a closed one."""
        draw = self.rng.random
        gaps = [first + int(draw() * (last - first + 1)) for first, last in (beat.days for beat in beats)]
        last = self.rng.randint(1, 25) if unfinished else self.rng.randint(1, self.days_back)
        day = self.today - timedelta(days=last + sum(gaps))
        minute, found = self.rng.randint(0, 300), []
        for number, gap in enumerate(gaps):
            day += timedelta(days=gap)
            found.append(datetime.combine(day, time(1), UTC) + timedelta(minutes=minute + 9 * number))
        return found

    def _take(self, story: Story, beat: Beat, moment: datetime) -> None:
        desk = story.desks.get(beat.desk)
        came_from = desk.stage if desk else story.stage
        officer = self._officer(desk, beat)
        document = self._letter(story, beat, desk, moment) if beat.letter else None
        target = self._open_desk(story, beat, moment) if beat.opens else None
        if desk:
            self._move_desk(desk, beat, officer, moment)
        if beat.step is Step.END_WINDOW:
            for one in story.desks.values():
                one.stage = Stage.DESK_CLOSED if one.closed_at is None else one.stage
                one.closed_at = one.closed_at or moment
        if beat.step is Step.ACCEPT:
            story.accepted_on = _local(moment)
        beside = desk is not None and desk.kind is ReferralKind.DISCIPLINE
        if not beside:  # what the discipline organ does moves no stage (act.BESIDE)
            story.stage = target.stage if target and target.kind is not ReferralKind.DISCIPLINE else beat.to
        self._run_clocks(story, beat, came_from, desk, target, moment)
        self._record(story, beat, came_from, desk or target, officer, document, moment)

    def _open_desk(self, story: Story, beat: Beat, moment: datetime) -> Desk:
        organ = story.organs[beat.opens]
        desk = Desk(self.desks.reserve(), organ, beat.kind, beat.stage, moment, sender=story.desks.get(beat.desk))
        story.desks[beat.opens] = desk
        story.unit = organ if beat.kind is not ReferralKind.DISCIPLINE else story.unit
        return desk

    @staticmethod
    def _move_desk(desk: Desk, beat: Beat, officer: Officer | None, moment: datetime) -> None:
        desk.stage = beat.to
        desk.closed_at = moment if beat.to in DESK_DONE else None
        if beat.step is Step.SIGN_IN:
            desk.signed_in_at = moment
        if beat.by is Role.HANDLER and officer:
            desk.handler = officer.pk

    def _officer(self, desk: Desk | None, beat: Beat) -> Officer | None:
        if desk is None or beat.by in BESIDE:
            return None
        seat = (desk.organisation.pk, beat.by)
        if seat not in self.seats:
            posts = self.town.posts[desk.organisation.key]
            self.seats[seat] = next((post for post in posts if beat.by.value in post.roles), posts[0])
        return self.seats[seat]

    # ---- limits ----------------------------------------------------------------------------------------------------

    def _run_clocks(self, story, beat, came_from, desk, target, moment) -> None:
        move, on = _move(beat.step, came_from), _local(moment)
        for clock in story.clocks:
            ends = clock["term"] in move.stops and (desk is None or clock["referral_id"] == desk.key)
            if clock["state"] == "running" and (ends or beat.step is Step.END_WINDOW):
                late = "lapsed" if beat.step is Step.END_WINDOW else "late"
                clock.update(state=late if on > clock["due_on"] else "met", ended_on=on, next_warning_on=None)
        if beat.step is Step.TRANSFER_DOWN:
            self._start_clock(story, "PO15", target, _local(story.moments[0]))
            return
        for term in move.starts:
            self._start_clock(story, term, target or desk, on)

    @staticmethod
    def _start_clock(story: Story, term: str, desk: Desk | None, on: date) -> None:
        limit = _limit(term, on)
        story.clocks.append(
            limit
            | {
                "referral_id": desk.key if desk else None,
                "organisation_id": desk.organisation.pk if desk else None,
                "state": "running",
                "ended_on": None,
            }
        )

    # ---- what is kept ------------------------------------------------------------------------------------------------

    def _record(self, story, beat, came_from, desk, officer, document, moment) -> None:
        story.events += 1
        if self.lean:
            return
        key, officer_id = self.events.reserve(), officer.pk if officer else None
        organisation_id = officer.organisation_id if officer else None
        referral_id, actor = desk.key if desk else None, BESIDE.get(beat.by, "officer")
        facts = self._facts(story) if beat.step is Step.RECEIVE else "{}"
        step, came, to, stamp = beat.step.value, str(came_from), beat.to.value, moment.isoformat()
        written = f"{stamp[:19]}.000000Z"  # moments here are whole minutes of UTC
        columns = (
            story.matter_id, story.events, step, came, to, referral_id, actor, officer_id, organisation_id, written, written, facts, document,
            self.algorithm, story.head,
        )  # fmt: skip
        before, story.head = story.head, crypto.digest(_encoded(columns), self.algorithm)
        self.events.add_line(self.event_row % (
            key, story.matter_id, story.events, step, came, to, _id(referral_id), actor, _id(officer_id), _id(organisation_id), stamp, stamp,
            escaped(facts), _id(document), before, story.head, self.algorithm,
        ))  # fmt: skip
        if beat.step is Step.RECORD_CONTACT:
            self.records.add(
                matter_id=story.matter_id, referral_id=desk.key, event_seq=story.events, sort="contact", at=moment,
                text="已与信访人电话联系，听取了情况，说明了办理时限。", by_id=officer.pk, shown_to_citizen=True,
            )  # fmt: skip
        if self.at - moment < timedelta(days=DELIVERY_DAYS):
            self.deliveries.add(
                event_id=key, matter_id=story.matter_id, reaction=history.EXPAND, state="done", attempts=1,
                next_try_at=moment, done_at=moment,
            )  # fmt: skip

    def _letter(self, story: Story, beat: Beat, desk: Desk, moment: datetime) -> int:
        if self.lean:
            return 0
        key = self.documents.reserve()
        series = (desk.organisation.pk, document_kind(beat.letter).type_word, moment.year)
        sequence = self._next(self.series, series)
        code = f"{key:012d}"
        said = {
            "organisation_id": desk.organisation.pk, "kind": beat.letter, "version": 1, "title": f"关于您反映事项的{beat.step.label}文书",
            "number": f"{desk.organisation.short}〔{moment:%Y}〕{sequence}号", "template_version": "1", "verification_code": code,
            "digest_algorithm": self.algorithm,
        }  # fmt: skip
        digest = crypto.digest(_letter_text(desk.organisation.pk, beat.letter, said["title"], said["number"], code), self.algorithm)
        self.documents.add(
            **said, id=key, matter_id=story.matter_id, year=moment.year, sequence=sequence, data_digest=digest, status="issued",
            drafted_at=moment, issued_at=moment, visible_to_citizen=beat.letter != "F-03",
        )  # fmt: skip
        self.codes.add(code=code, matter_id=story.matter_id, document_id=key)
        if beat.step in (Step.ISSUE_OPINION, Step.ISSUE_REVIEW_OPINION):
            story.answers.append(ANSWERED)
            self.opinions.add(
                matter_id=story.matter_id, instance="handling" if desk is story.desks.get("unit") else "review",
                referral_id=desk.key, organisation_id=desk.organisation.pk, state="issued", document_id=key,
                facts=ANSWERED[0], reasons=ANSWERED[1], issued_at=moment, saved_at=moment,
            )  # fmt: skip
        return key

    def _keep_desks_and_clocks(self, story: Story, number: str, *, sealed: bool) -> None:
        running = sorted((c for c in story.clocks if c["state"] == "running"), key=lambda clock: clock["due_on"])
        for clock in () if self.lean else story.clocks:
            ended = clock["ended_on"]
            self.clocks.add_line(self.clock_row % (
                self.clocks.reserve(), story.matter_id, _id(clock["referral_id"]), _id(clock["organisation_id"]), clock["written"], clock["state"],
                ended.isoformat() if ended else NULL, clock["next_warning_on"].isoformat() if clock["next_warning_on"] else NULL,
            ))  # fmt: skip
        for desk in story.desks.values():
            nearest = next((c for c in running if c["referral_id"] == desk.key and c["holder"] == "office"), None)
            sender = desk.sender
            self.desks.add(
                id=desk.key, matter_id=story.matter_id, kind=desk.kind.value, organisation_id=desk.organisation.pk,
                org_lft=desk.organisation.lft, sender_id=sender.organisation.pk if sender else None,
                sender_referral_id=sender.key if sender else None, stage=desk.stage.value,
                is_open=desk.closed_at is None, received_at=desk.received_at, signed_in_at=desk.signed_in_at,
                closed_at=desk.closed_at, handler_id=desk.handler, due_on=nearest["due_on"] if nearest else None,
                due_term=nearest["term"] if nearest else "", unread=desk.stage == Stage.AWAITING_SIGN_IN,
                number_order=numbering.place_in_order(number), sealed=sealed, to_archive=story.stage in ENDED,
            )  # fmt: skip

    def _keep_matter(self, story: Story, petition, number: str) -> None:
        moment, office = story.moments[0], story.organs["office"]
        shown = next((c for term in clocks.SHOWN_FIRST for c in story.clocks
                      if c["term"] == term and c["state"] == "running"), None)  # fmt: skip
        person, sealed_columns = self.rng.choice(self.people)
        kind = petition.kind.value if len(story.beats) >= 3 else ""
        sealed = petition.kind is Kind.REPORT
        received = {"received_at": moment, "received_by_id": office.pk, "channel": petition.channel.value}
        matter = {
            "id": story.matter_id, "number": number, "stage": str(story.stage), "kind": kind, "purpose": petition.purpose.value,
            "title": petition.title[:100], "content_class_id": self.rng.choice(self.classes) if kind else None, "place_id": office.parent_id,
            "place_detail": petition.address[:200],
        }  # fmt: skip
        self.matters.add(
            **matter, received_on=_local(moment), accepted_on=story.accepted_on,
            registered_at=story.moments[min(1, len(story.moments) - 1)], unit_id=story.unit.pk,
            unit_since=max(desk.received_at for desk in story.desks.values()), due_on=shown["due_on"] if shown else None,
            due_term=shown["term"] if shown else "", petitioner_name="" if sealed else person.masked().name, sealed=sealed,
            electronic_service=True, query_code_hash=self.code_hash, version=story.events, event_count=0 if self.lean else story.events,
            chain_head=story.head, **received,
        )  # fmt: skip
        self.numbers.add(number=number, matter_id=story.matter_id)
        if not self.lean:
            self.petitioners.add(matter_id=story.matter_id, **sealed_columns)
            self._keep_words(story, petition, received)
        self._keep_entry(story, petition, matter, received, person)
        accused = self.town.organs.get(petition.respondent.organisation) if sealed and petition.respondent else None
        if accused:
            self.accused.add(
                matter_id=story.matter_id, organisation_id=accused.pk, org_lft=accused.lft, org_rgt=accused.rgt
            )

    def _keep_entry(self, story: Story, petition, matter: dict, received: dict, person) -> None:
        """What `matters.entries.make` would find of this matter."""
        detail = f"{self.town.organs_by_id[matter['place_id']].name}{matter['place_detail']}"
        begin, other, code = story.parts
        lines = [matter["title"], f"{matter['number']} {detail}", begin, other, code, "", *petition.requests]
        if found.names_anybody(lines, person):
            pieces = [found.of_person(lines, person)]
        else:
            pieces = [found.piece(line) for line in lines]
            pieces[1] = found.joined(found.fresh(matter["number"]), found.piece(detail))
            pieces[4] = found.fresh(code)
        answers = [found.answer(line) for texts in story.answers for line in (*texts, "")]
        sealed = petition.kind is Kind.REPORT
        desks = {(desk.organisation.pk, str(desk.stage)) for desk in story.desks.values()}
        handlers = {desk.handler for desk in story.desks.values() if desk.handler}
        whole = SimpleNamespace(sealed=sealed, received_at=received["received_at"], channel=received["channel"], **matter)
        own = entries.marks_of(whole, desks, handlers, self.above)
        self.found.append(found.line(matter["id"], received["received_at"], pieces, answers, own))
        self.alike.append(found.like_line(matter["id"], received["received_at"], pieces))
        if self.plan.copies and not sealed and all(desk.closed_at for desk in story.desks.values()):
            self.models.append(f"{matter['id']}\t" + " ".join(f"'{mark}'" for mark in own if not mark.startswith("t:")))

    def _keep_words(self, story: Story, petition, received: dict) -> None:
        self.submissions.add(
            id=story.submission_id, matter_id=story.matter_id, title=petition.title[:100], content=story.content,
            petition_on=_local(story.moments[0]), requests=json.dumps(list(petition.requests), ensure_ascii=False),
            content_hash=story.content_hash, hash_algorithm=self.algorithm, **received,
        )  # fmt: skip
        for number, said in enumerate(petition.requests, 1):
            self.requests.add(matter_id=story.matter_id, number=number, text=said)

    def _draw_words(self, story: Story, petition) -> None:
        """What the citizen wrote, before the history that notes its digest."""
        other = self.rng.choice(self.petitions)
        story.submission_id = self.submissions.reserve()
        # The code begins with a letter: no part of it is taken for somebody's number, and masked.
        story.parts = (petition.content, other.facts or other.title, f"（材料编号k{self.rng.getrandbits(36):09x}）")
        story.content = "\n".join(story.parts)
        if not self.lean:
            words = (petition.title[:100], story.content, "", len(petition.requests), *petition.requests)
            story.content_hash = crypto.digest(encode_all(words), self.algorithm)

    @staticmethod
    def _facts(story: Story) -> str:
        return json.dumps({"submission": story.submission_id, "content_hash": story.content_hash})

    def _number(self, office: Organisation, day: date) -> str:
        division = office.division_code[:6]
        return numbering.make_matter_number(division, day, self._next(self.days, f"{division}{day:%Y%m%d}"))

    def _next(self, counted: dict, series) -> int:
        """The next sequence of a series that no other process gives."""
        turn = counted.get(series, 0)
        counted[series] = turn + 1
        return turn * self.processes + self.process + 1

    def write(self) -> None:
        """COPY all that waits, parents first."""
        for table in self.all:
            table.write()
        found.write(self.found)
        found.write(self.alike, found.WHERE_ALIKE)
        self.found.clear()
        self.alike.clear()
        if self.models:
            found.write(self.models, "bench.marks (matter_id, words)")
            self.models.clear()


# ---- asked again and again -------------------------------------------------------------------------------------------


@cache
def _move(step: Step, stage: str) -> Move:
    """The row of the table for a step from a stage."""
    rows = [move for move in MOVES if move.step is step]
    return next((move for move in rows if stage in move.origins), rows[0])


@cache
def _limit(term: str, on: date) -> dict:
    """The columns of a clock of `term` that starts on a day."""
    made = policy.limit(term, on)
    inputs = {"days": None, "extend_days": 0, "hearing": None, "engine": deadlines.ENGINE_VERSION}
    limit = {
        "term": term,
        "holder": terms.TERMS[term].holder,
        "started_on": on,
        "nominal_on": made.nominal,
        "due_on": made.due,
        "office_target_on": made.office_target,
        "provisional": made.provisional,
        "inputs": json.dumps(inputs),
        "rules": json.dumps(list(made.rules)),
        "explanation": made.explanation,
        "next_warning_on": clocks.next_warning(made, after=on),
    }
    return limit | {"written": "\t".join(text(limit[name]) for name in CLOCK_COLUMNS)}


def _encoded(columns: tuple) -> bytes:
    """The same bytes as `crypto.canonical.encode_all`, faster: all texts here are ASCII, moments are written already (a test walks the chains)."""
    return "".join(["-:" if one is None else f"{len(str(one))}:{one}" for one in columns]).encode("ascii")


def _id(key: int | None) -> int | str:
    return NULL if key is None else key


def _letter_text(organisation_id: int, kind: str, title: str, number: str, code: str) -> bytes:
    """What `documents.archive.digest_of_document` digests."""
    return (_letter_form(organisation_id, kind, title) % (code, number)).encode()


@cache
def _letter_form(organisation_id: int, kind: str, title: str) -> str:
    said = {"kind": kind, "version": 1, "template_version": "1", "organisation": organisation_id, "number": "%s", "code": "%s", "title": title,
            "data": {}, "text": []}  # fmt: skip
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _ancestors(organs: Iterable[Organisation]) -> dict[int, list[int]]:
    """Each organ and all above it."""
    above = {organ.pk: organ.parent_id for organ in organs}

    def chain(pk: int | None) -> list[int]:
        return [pk, *chain(above[pk])] if pk else []

    return {pk: chain(pk) for pk in above}


def _local(moment: datetime) -> date:
    return (moment + SHANGHAI_HOURS).date()
