"""How far each seeded matter has come: a table of ways through the procedure, so that every stage and every limit is there to look at.

`beats` names functions of the beat modules in order; `name@2-5` sets the distance to the beat before, `name?` happens in half of the
matters. `anchor` ties one beat to today, the others follow from it (timetable.py).
"""

from collections.abc import Callable
from dataclasses import dataclass

from xinqiao.organisations.models import Organisation
from xinqiao.rules.stages import Kind, Line, Outcome, Purpose, ReviewOutcome, Role, Route

from . import office_beats, oversight_beats, report_beats, review_beats, supervision_beats, unit_beats
from .case import organs_with_reviewer
from .load_region import Town
from .petitions import DrawnPetition
from .timetable import Ago, Due, Gap

LAW_LINES = {Line.COURT, Line.PROCURATORATE, Line.POLICE, Line.JUSTICE}
MODULES = (office_beats, report_beats, unit_beats, review_beats, supervision_beats, oversight_beats)


def beat(name: str) -> Callable:
    """The function behind a beat; raises LookupError for a name that none has."""
    for module in MODULES:
        found = getattr(module, name, None)
        if callable(found) and found.__module__ == module.__name__:
            return found
    raise LookupError(f"no beat {name}")


# Usual distance from the beat before: working days, or calendar days for what the citizen does (False).
GAPS = {
    name: Gap(*span)
    for name, span in {
        "receive": (0, 0, False), "receive_at_unit": (0, 0), "register": (0, 1), "register_at_unit": (0, 1),
        "classify": (0, 1), "classify_at_unit": (0, 1), "correct": (0, 0), "transfer": (0, 3), "co_transfer": (0, 3),
        "relay": (0, 1), "assign": (1, 3), "report_up": (0, 2), "return_up": (1, 5), "political": (1, 4), "guide": (0, 0),
        "discipline": (0, 3), "reply": (0, 3), "file": (0, 3), "refuse_again_at_office": (1, 5), "split": (0, 1),
        "other_part": (0, 0), "join": (0, 1), "merge": (0, 1), "unmerge": (1, 3), "agree": (1, 2), "disagree": (1, 2),
        "dispute": (1, 1), "decide": (2, 4),
        "receive_naming": (0, 0, False), "receive_passed_on": (0, 0, False), "receive_as_accusation": (0, 0, False),
        "propose_unsealing": (0, 1), "unseal": (0, 1), "pass_up": (1, 3), "seal_off_line": (0, 1), "clear": (2, 6),
        "lift_clearance": (4, 9), "ask_recusal": (1, 6, False), "withdraw_self": (1, 4), "grant_recusal": (1, 2),
        "refuse_recusal": (1, 2), "complain": (2, 8, False), "discipline_signs_in": (0, 1), "allow_late_objection": (6, 7),
        "sign_in": (0, 1), "helper_signs_in": (0, 0), "helper_answers": (2, 6), "object_": (1, 3), "accept": (1, 7),
        "accept_simple": (0, 2), "notify_route": (2, 7), "end_other_route": (12, 35), "pass_down": (1, 3), "refuse_pending": (2, 7),
        "refuse_not_ours": (1, 6), "refuse_litigation": (2, 7), "refuse_again": (2, 7), "start": (0, 1), "contact": (0, 3),
        "convert": (4, 7), "ask_extension": (20, 28), "extend": (1, 2), "decline_extension": (1, 2), "draft": (8, 20),
        "submit": (8, 26), "return_opinion": (0, 2), "resubmit": (1, 3), "issue": (0, 2), "serve": (0, 4),
        "execute": (1, 5), "executed": (8, 20), "carry_out": (1, 3), "carried_out": (3, 8), "settle": (8, 22), "performed": (8, 18), "broken": (23, 27),
        "reply_to_suggestion": (10, 32), "completion": (1, 4), "archive": (3, 8),
        "review": (3, 24, False), "review_elsewhere": (3, 20, False), "forward": (1, 3), "accept_review": (1, 2), "refuse_review": (1, 3),
        "issue_review": (6, 13), "uphold_review": (6, 13), "serve_review": (0, 3), "recheck": (3, 24, False),
        "refuse_recheck": (2, 8), "issue_recheck": (6, 12), "serve_recheck": (0, 3), "open_hearing": (2, 4),
        "close_hearing": (7, 9),
        "supplement": (1, 8, False), "ask": (1, 6, False), "answer": (0, 2), "rate_office": (0, 4, False),
        "rate_unit": (1, 8, False), "withdraw": (1, 6, False), "keep_on": (0, 0, False), "resume": (3, 12, False),
        "object_to_filing": (1, 5, False), "confirm": (1, 10, False), "dispute_execution": (1, 10, False),
        "ask_supervision": (6, 15, False), "propose_supervision": (46, 52), "issue_supervision": (0, 1), "decline_supervision": (1, 3),
        "return_completion": (1, 3), "completion_again": (2, 6), "approve_completion": (1, 4), "assign_down": (1, 2), "relay_completion": (1, 3),
        "flag_urgent": (0, 0), "alarm_urgent": (0, 0), "send_urgent": (0, 0), "record_urgent_sending": (0, 0), "continue_urgent": (0, 0),
        "close_urgent": (1, 3), "unflag_urgent": (0, 0),
        "answer_supervision": (4, 8), "return_supervision": (0, 2), "close_supervision": (1, 3),
    }.items()
}  # fmt: skip
TOGETHER = {"talk": ("ask", "answer")}


@dataclass(frozen=True)
class Way:
    """One way. `office` says who received it: its own, perhaps the prefecture's, the one above or below, or the unit itself."""

    name: str
    beats: str
    suits: Callable[[Town, DrawnPetition], bool]
    anchor: Ago | Due
    weight: int = 2
    office: str = "any"  # any, own, above, below, unit, line_above
    host: str = ""  # "same": a repeat of another matter; "like": another person's matter on the same thing


def unit_of(town: Town, petition: DrawnPetition) -> Organisation:
    return town.organs[petition.organisation]


def ordinary(town: Town, petition: DrawnPetition) -> bool:
    """A request on the petition route, with an answer to each demand."""
    handled = (
        petition.kind is Kind.REQUEST and petition.route is Route.PETITION and petition.way in ("transfer", "assign")
    )
    return handled and bool(petition.answers) and town.has(unit_of(town, petition), Role.HANDLER)


def simple(town: Town, petition: DrawnPetition) -> bool:
    supported = all(one.outcome is Outcome.SUPPORT for one in petition.answers)
    return petition.way == "simple" and supported and petition.route is Route.PETITION and petition.headcount == 1


def any_request(town: Town, petition: DrawnPetition) -> bool:
    return petition.kind is Kind.REQUEST and petition.way in ("transfer", "assign", "simple")


def anybody(town: Town, petition: DrawnPetition) -> bool:
    return petition.way in ("transfer", "assign", "simple", "direct_reply")


def named(town: Town, petition: DrawnPetition) -> bool:
    return ordinary(town, petition) and not petition.anonymous


def supported(town: Town, petition: DrawnPetition) -> bool:
    return named(town, petition) and any(one.execution for one in petition.answers)


def reviewable(town: Town, petition: DrawnPetition) -> bool:
    """Somebody one level up reviews, and what they find is written."""
    return named(town, petition) and bool(petition.review) and bool(organs_with_reviewer(town, unit_of(town, petition)))


def upheld(town: Town, petition: DrawnPetition) -> bool:
    """Not revoked, so that a recheck may follow; and somebody rechecks above each organ that may review."""
    if not reviewable(town, petition) or petition.review.outcome is ReviewOutcome.REVOKE:
        return False
    organs = organs_with_reviewer(town, unit_of(town, petition))
    return all(organs_with_reviewer(town, organ) for organ in organs)


def revoked(town: Town, petition: DrawnPetition) -> bool:
    return reviewable(town, petition) and petition.review.outcome is ReviewOutcome.REVOKE


def two_organs(town: Town, petition: DrawnPetition) -> bool:
    return reviewable(town, petition) and len(organs_with_reviewer(town, unit_of(town, petition))) > 1


def suggestion(town: Town, petition: DrawnPetition) -> bool:
    return petition.kind is Kind.SUGGESTION and petition.way == "transfer"


def way_is(name: str) -> Callable:
    return lambda town, petition: petition.way == name


def route_is(route: Route) -> Callable:
    return lambda town, petition: (
        petition.way == "transfer" and petition.kind is Kind.REQUEST and petition.route is route
    )


def other_route(town: Town, petition: DrawnPetition) -> bool:
    return any_request(town, petition) and petition.route not in (None, Route.PETITION) and bool(petition.answers)


def question(town: Town, petition: DrawnPetition) -> bool:
    return petition.way == "direct_reply" and petition.purpose is Purpose.ASK


def thanks(town: Town, petition: DrawnPetition) -> bool:
    return petition.way == "direct_reply" and petition.purpose is Purpose.OTHER


def political(town: Town, petition: DrawnPetition) -> bool:
    return petition.way in ("political_legal", "guide") and unit_of(town, petition).line in LAW_LINES


def with_superior(town: Town, petition: DrawnPetition) -> bool:
    """The unit is a county's department that has one of the same line above it in the prefecture."""
    line = unit_of(town, petition).parent_line
    return ordinary(town, petition) and bool(line) and line.level == 2 and unit_of(town, petition).level == 3


def ordinary_below_county(town: Town, petition: DrawnPetition) -> bool:
    """One that a unit below a county can answer in full."""
    return below_county(town, petition) and ordinary(town, petition)



def in_township(town: Town, petition: DrawnPetition) -> bool:
    """It arose in a township, whose office has to hand it up to the county."""
    return (
        ordinary(town, petition) and unit_of(town, petition).level == 3 and town.data.areas[petition.place].level >= 4
    )


def below_county(town: Town, petition: DrawnPetition) -> bool:
    return any_request(town, petition) and unit_of(town, petition).level >= 3


def objected(town: Town, petition: DrawnPetition) -> bool:
    return ordinary(town, petition) and bool(petition.objection) and unit_of(town, petition).line == Line.DEPARTMENT


def late_objection(town: Town, petition: DrawnPetition) -> bool:
    return objected(town, petition) and unit_of(town, petition).level <= 3


def two_handlers(town: Town, petition: DrawnPetition) -> bool:
    """Somebody else at the unit can go on when the handler leaves the matter."""
    return named(town, petition) and len(report_beats.handlers(town, unit_of(town, petition))) > 1


def key_is(key: str) -> Callable:
    return lambda town, petition: petition.key == key


PASSED_ON = "report-discipline-head"  # goes up unread when it is received (C-08): no office ever triages it


def reported(town: Town, petition: DrawnPetition) -> bool:
    """A report (检举控告) that the petition office itself triages and sends to the discipline organ."""
    return petition.way == "discipline" and petition.key != PASSED_ON


def has_subordinates(town: Town, petition: DrawnPetition) -> bool:
    """A report against an organ that has others below it."""
    if petition.way != "discipline":
        return False
    accused = town.organs[petition.respondent.organisation]
    return accused.line == Line.GOVERNMENT and accused.rgt - accused.lft > 1


def misfiled(town: Town, petition: DrawnPetition) -> bool:
    """A request that its citizen filed as an accusation, at an office where a second person can look."""
    return ordinary(town, petition) and unit_of(town, petition).level in (2, 3) and not petition.anonymous


def mixed(town: Town, petition: DrawnPetition) -> bool:
    return petition.key in office_beats.PARTS


TRIAGED = "receive register classify"
REPORTED = f"{TRIAGED} assign sign_in accept start contact submit issue serve completion"
SIGNED = f"{TRIAGED} transfer sign_in rate_office?"
ARRIVED = f"{TRIAGED} transfer sign_in"
ACCEPTED = f"{SIGNED} accept"
BEGUN = f"{ACCEPTED} start contact"
HANDLED = f"{BEGUN} supplement? talk? submit@6-20 issue serve"
SIMPLE = f"{TRIAGED} transfer@0-1 sign_in accept_simple start contact submit@1-3 issue@0-1 serve@0-1"
SUPERVISED = f"{BEGUN} propose_supervision issue_supervision"
REVIEWED = f"{HANDLED} review accept_review uphold_review serve_review"
RECHECKED = f"{REVIEWED} recheck"

WAYS = (
    # ---- at the petition office
    Way("received", "receive", anybody, Ago(1, 2), 2),
    Way("registered", "receive register", anybody, Ago(1, 3), 2),
    Way("triage", f"{TRIAGED} correct supplement?", anybody, Ago(1, 6), 3),
    Way("triage, due in 3 days", TRIAGED, any_request, Due("PO15", "receive", 3), 3),
    Way("triage, overdue", TRIAGED, any_request, Due("PO15", "receive", -5, -2), 2),
    Way("answered directly", f"{TRIAGED} reply rate_office?", question, Ago(2, 60), 14),
    Way("on file", f"{TRIAGED} file", thanks, Ago(5, 80), 4),
    Way("filing disagreed with", f"{TRIAGED} file object_to_filing", thanks, Ago(1, 5), 1),
    Way("guided", "receive register guide", way_is("guide"), Ago(2, 90), 8),
    Way("sent to court or police", f"{TRIAGED} political", political, Ago(5, 90), 4),
    Way("court signed in", f"{TRIAGED} political sign_in", political, Ago(10, 90), 3),
    Way("report in triage", f"{TRIAGED}", reported, Ago(1, 4), 1),
    Way("sent to discipline", f"{TRIAGED} discipline", reported, Ago(2, 60), 5),
    Way("discipline signed in", f"{TRIAGED} discipline sign_in", reported, Ago(5, 90), 4),
    Way("split", "receive register classify split discipline other_part classify transfer sign_in", mixed, Ago(3, 20), 1),
    Way("report, named officer", "receive_naming register classify discipline sign_in", key_is("report-school-recruit"), Ago(3, 30), 1),
    Way("report, passed on unread", "receive_passed_on sign_in", key_is(PASSED_ON), Ago(2, 20), 2),
    Way("report, passed up", f"{TRIAGED} pass_up", key_is("report-police-detain"), Ago(1, 15), 1),
    Way("report, subordinate cleared", f"{TRIAGED} discipline sign_in clear", has_subordinates, Ago(2, 20), 1),
    Way("report, clearance lifted", f"{TRIAGED} discipline sign_in clear lift_clearance", has_subordinates, Ago(2, 20), 1),
    Way("unsealing proposed", "receive_as_accusation register propose_unsealing", misfiled, Ago(1, 3), 1, "own"),
    Way("unsealed", "receive_as_accusation register propose_unsealing unseal transfer sign_in", misfiled, Ago(1, 15), 1, "own"),
    Way("off line", "receive register seal_off_line", ordinary, Ago(5, 60), 1),
    Way("reported up", f"{TRIAGED} report_up", ordinary, Ago(1, 5), 2),
    Way("back from leadership", f"{TRIAGED} report_up return_up transfer sign_in accept start", ordinary, Ago(3, 20), 1),
    Way("finished, refused at office", f"{TRIAGED} refuse_again_at_office", named, Ago(5, 60), 2, "own"),
    Way("repeat joined", "receive register join", ordinary, Ago(1, 5), 5, host="same"),
    Way("merged", f"{TRIAGED} merge", ordinary, Ago(1, 6), 2, host="like"),
    Way("unmerged", f"{TRIAGED} merge unmerge transfer sign_in", ordinary, Ago(1, 6), 1, host="like"),
    Way("relayed to county", "receive register classify relay classify transfer sign_in", below_county, Ago(1, 7), 3, "above"),
    Way("relayed, in triage", "receive register classify relay", below_county, Ago(1, 4), 2, "above"),
    Way("relayed up", "receive register classify relay classify transfer sign_in accept start", in_township, Ago(3, 25), 2, "below"),
    # ---- at the unit, before acceptance
    Way("not signed in", f"{TRIAGED} transfer", any_request, Ago(1, 1), 3),
    Way("sign-in late", f"{TRIAGED} transfer", any_request, Ago(4, 7), 2),
    Way("signed in", SIGNED, any_request, Ago(1, 4), 4),
    Way("notice due in 3 days", SIGNED, any_request, Due("UNIT15", "transfer", 3), 3),
    Way("unit silent", SIGNED, any_request, Due("UNIT15", "transfer", -6, -2), 2),
    Way("objected", f"{ARRIVED} object_", objected, Ago(1, 1), 3, "own"),
    Way("objection agreed", f"{ARRIVED} object_ agree transfer sign_in", objected, Ago(1, 5), 2, "own"),
    Way("objection refused", f"{ARRIVED} object_ disagree accept@1-3 start contact", objected, Ago(3, 20), 2, "own"),
    Way("objected late", f"{ARRIVED} allow_late_objection object_@0-1", late_objection, Ago(1, 1), 1, "own"),
    Way("competence disputed", f"{ARRIVED} object_ dispute", objected, Ago(1, 3), 2, "own"),
    Way("competence decided", f"{ARRIVED} object_ dispute decide sign_in", objected, Ago(1, 6), 1, "own"),
    Way("other route 1", f"{SIGNED} notify_route", route_is(Route.JUDICIAL), Ago(3, 60), 2),
    Way("other route 2", f"{SIGNED} notify_route", route_is(Route.ARBITRATION), Ago(3, 60), 3),
    Way("other route 3", f"{SIGNED} notify_route", route_is(Route.PARTY_APPEAL), Ago(3, 60), 3),
    Way("other route 4", f"{SIGNED} notify_route", route_is(Route.ADMINISTRATIVE), Ago(3, 90), 6),
    Way("other route 5", f"{SIGNED} notify_route", route_is(Route.DUTY_TO_ACT), Ago(3, 90), 6),
    Way("other route ended", f"{SIGNED} notify_route end_other_route", other_route, Ago(2, 60), 4),
    Way("passed down", f"{SIGNED} pass_down sign_in", with_superior, Ago(1, 8), 3, "line_above"),
    Way("passed down, waiting", f"{SIGNED} pass_down", with_superior, Ago(1, 1), 1, "line_above"),
    Way("not accepted, pending", f"{SIGNED} refuse_pending", named, Ago(3, 60), 2),
    Way("not accepted, court", f"{SIGNED} refuse_litigation", route_is(Route.JUDICIAL), Ago(3, 60), 1),
    Way("not accepted, direct", "receive_at_unit register_at_unit refuse_not_ours", objected, Ago(3, 40), 2, "unit"),
    Way("finished, refused at unit", f"{SIGNED} refuse_again", named, Ago(5, 60), 1),
    # ---- in handling
    Way("filed at the unit", "receive_at_unit register_at_unit classify_at_unit", ordinary, Ago(1, 6), 2, "unit"),
    Way("unit's own, in handling", "receive_at_unit register_at_unit classify_at_unit accept start contact", ordinary, Ago(2, 30), 3, "unit"),
    Way("accepted", ACCEPTED, ordinary, Ago(1, 2), 8),
    Way("handling", f"{BEGUN} supplement? talk?", ordinary, Ago(3, 28, "accept"), 16),
    Way("handling, asked", f"{BEGUN} ask", ordinary, Ago(1, 2), 5),
    Way("handling, due in 3 days", f"{BEGUN} talk?", ordinary, Due("HANDLE60", "accept", 3), 6),
    Way("handling, due soon", f"{BEGUN} supplement?", ordinary, Due("HANDLE60", "accept", 4, 12), 6),
    Way("handling, overdue", f"{BEGUN} talk?", ordinary, Due("HANDLE60", "accept", -14, -1), 5),
    Way("draft begun", f"{BEGUN} draft", ordinary, Ago(1, 3), 3),
    Way("extension asked", f"{BEGUN} ask_extension", ordinary, Ago(1, 2), 3),
    Way("extension declined", f"{BEGUN} ask_extension decline_extension", ordinary, Ago(1, 6), 1),
    Way("extended", f"{BEGUN} ask_extension extend", ordinary, Ago(1, 12), 5),
    Way("recusal asked", f"{BEGUN} ask_recusal", two_handlers, Ago(1, 2), 2),
    Way("recusal granted", f"{BEGUN} ask_recusal grant_recusal", two_handlers, Ago(1, 15), 1),
    Way("recusal refused", f"{BEGUN} ask_recusal refuse_recusal", two_handlers, Ago(1, 15), 1),
    Way("handler withdrew", f"{BEGUN} withdraw_self grant_recusal", two_handlers, Ago(1, 15), 1),
    Way("retaliation, received", f"{BEGUN} complain", named, Ago(1, 2), 1),
    Way("retaliation, in triage", f"{BEGUN} complain register discipline_signs_in", named, Ago(1, 6), 1),
    Way("in approval", f"{BEGUN} submit", ordinary, Ago(1, 3), 5),
    Way("opinion returned", f"{BEGUN} submit return_opinion", ordinary, Ago(1, 3), 2),
    Way("issued", f"{BEGUN} submit return_opinion? resubmit? issue", ordinary, Ago(1, 4), 5),
    Way("co-handled", f"{TRIAGED} co_transfer helper_signs_in sign_in accept start contact helper_answers", ordinary, Ago(2, 20), 3, "own"),
    Way("assigned", f"{TRIAGED} assign sign_in accept start contact", ordinary, Ago(3, 30), 5, "own"),
    Way("assigned, unsigned", f"{TRIAGED} assign", ordinary, Ago(1, 1), 2, "own"),
    Way("assigned, report due in 3 days", f"{TRIAGED} assign sign_in accept start contact", ordinary, Due("ASSIGN_N", "assign", 3, None, 60), 2, "own"),
    Way("assigned, report late", f"{TRIAGED} assign sign_in accept@1-3 start contact submit issue serve", ordinary, Due("ASSIGN_N", "assign", -6, -2, 60), 2, "own"),
    Way("assigned, reported", f"{TRIAGED} assign sign_in accept start contact submit issue serve completion", ordinary, Ago(1, 25), 3, "own"),
    Way("assigned, report approved", f"{REPORTED} approve_completion", ordinary, Ago(1, 20), 2, "own"),
    Way("assigned, report sent back", f"{REPORTED} return_completion", ordinary, Ago(1, 5), 1, "own"),
    Way("assigned, report completed", f"{REPORTED} return_completion completion_again approve_completion", ordinary, Ago(1, 20), 1, "own"),
    Way("assigned down, report relayed",
        f"{TRIAGED} assign_down classify assign sign_in accept start contact submit issue serve completion approve_completion relay_completion",
        ordinary_below_county, Ago(1, 20), 1, "above"),
    Way("urgent, written", f"{TRIAGED} flag_urgent", ordinary, Ago(1, 1), 1, "own"),
    Way("urgent, sent late", f"{TRIAGED} flag_urgent alarm_urgent send_urgent", ordinary, Ago(1, 1), 1, "own"),
    Way("urgent, over", f"{TRIAGED} flag_urgent send_urgent record_urgent_sending continue_urgent transfer sign_in close_urgent", ordinary,
        Ago(1, 10), 1, "own"),
    Way("urgent, was not", f"{TRIAGED} flag_urgent unflag_urgent transfer sign_in", ordinary, Ago(1, 10), 1, "own"),
    Way("simple, accepted", f"{TRIAGED} transfer@0-1 sign_in accept_simple", simple, Ago(1, 2), 4),
    Way("simple, handling", f"{TRIAGED} transfer@0-1 sign_in accept_simple start contact", simple, Ago(1, 5), 4),
    Way("simple, due in 3 days", f"{TRIAGED} transfer@0-1 sign_in accept_simple start contact", simple, Due("SIMPLE10WD", "accept_simple", 3), 3),
    Way("simple, converted", f"{TRIAGED} transfer@0-1 sign_in accept_simple start contact convert", simple, Ago(1, 20), 2),
    Way("simple, answered", f"{SIMPLE} rate_unit?", simple, Ago(1, 25, "serve"), 8),
    Way("simple, closed", f"{SIMPLE} rate_unit", simple, Ago(50, 120, "serve"), 4),
    Way("simple, carried out", f"{SIMPLE} rate_unit carry_out carried_out", simple, Ago(50, 120, "serve"), 12),
    # ---- supervised
    Way("supervision asked", f"{BEGUN} ask_supervision", named, Ago(1, 2), 1, "own"),
    Way("supervision declined", f"{BEGUN} ask_supervision decline_supervision", named, Ago(1, 10), 1, "own"),
    Way("supervision proposed", f"{BEGUN} propose_supervision", named, Ago(1, 2), 1, "own"),
    Way("supervised", SUPERVISED, named, Ago(1, 10), 2, "own"),
    Way("supervision unanswered", SUPERVISED, named, Due("SUPERVISE15", "issue_supervision", -6, -2), 1, "own"),
    Way("supervision answered", f"{SUPERVISED} answer_supervision", named, Ago(1, 2), 1, "own"),
    Way("supervision returned", f"{SUPERVISED} answer_supervision return_supervision", named, Ago(1, 5), 1, "own"),
    Way("supervision closed", f"{SUPERVISED} answer_supervision return_supervision answer_supervision@2-5 close_supervision", named, Ago(2, 30), 2, "own"),
    # ---- settled, withdrawn
    Way("settled", f"{BEGUN} settle", named, Ago(1, 20), 3),
    Way("agreement performed", f"{BEGUN} settle performed", named, Ago(5, 80), 5),
    Way("agreement broken", f"{BEGUN} settle broken", named, Ago(1, 8), 1),
    Way("agreement archived", f"{BEGUN} settle performed archive", named, Ago(20, 90), 2),
    Way("cooling off", f"{BEGUN} withdraw", named, Ago(1, 1), 2),
    Way("stayed in", f"{BEGUN} withdraw keep_on", named, Ago(2, 15), 1),
    Way("withdrawn", f"{SIGNED} withdraw", named, Ago(3, 20), 3),
    Way("resumed", f"{BEGUN} withdraw resume", named, Ago(1, 10), 2),
    Way("withdrawn for good", f"{SIGNED} withdraw", named, Ago(45, 100), 4),
    # ---- answered
    Way("served", f"{HANDLED} rate_unit?", ordinary, Ago(1, 24, "serve"), 18),
    Way("served, window ends in 3 days", HANDLED, ordinary, Due("REVIEW_REQ30", "serve", 3), 4),
    Way("served after extension", f"{BEGUN} ask_extension extend submit@4-10 issue serve rate_unit?", ordinary, Ago(1, 24, "serve"), 3),
    Way("served late", f"{BEGUN} submit@42-48 issue serve", ordinary, Ago(2, 24, "serve"), 2),
    Way("executing", f"{HANDLED} execute", supported, Ago(1, 20), 7),
    Way("executed", f"{HANDLED} execute executed", supported, Ago(1, 8), 3),
    Way("execution confirmed", f"{HANDLED} execute executed confirm rate_unit?", supported, Ago(1, 6), 5),
    Way("execution disputed", f"{HANDLED} execute executed dispute_execution", supported, Ago(1, 8), 2),
    Way("window over", f"{HANDLED} rate_unit? carry_out carried_out", ordinary, Ago(48, 140, "serve"), 26),
    Way("window over, archived", f"{HANDLED} rate_unit carry_out carried_out archive@30-36", ordinary, Ago(75, 160, "serve"), 12, "own"),
    # ---- reviewed
    Way("review asked", f"{HANDLED} review accept_review", reviewable, Ago(1, 12), 4),
    Way("review due in 3 days", f"{HANDLED} review accept_review", reviewable, Due("REVIEW_DEC30", "review", 3), 2),
    Way("review forwarded", f"{HANDLED} review_elsewhere forward accept_review", two_organs, Ago(1, 10), 1),
    Way("review refused", f"{HANDLED} review refuse_review", reviewable, Ago(2, 40), 2),
    Way("review issued", f"{HANDLED} review accept_review issue_review", reviewable, Ago(1, 3), 2),
    Way("review served", f"{HANDLED} review accept_review issue_review serve_review", upheld, Ago(1, 20), 4),
    Way("review window over", f"{HANDLED} review accept_review issue_review serve_review", upheld, Ago(45, 90), 4),
    Way("revoked, handled again", f"{HANDLED} review accept_review issue_review serve_review", revoked, Ago(2, 15), 2),
    Way("revoked, answered again", f"{HANDLED} review accept_review issue_review serve_review submit@5-12 issue serve", revoked, Ago(2, 20), 1),
    Way("recheck asked", RECHECKED, upheld, Ago(1, 12), 3),
    Way("recheck refused", f"{RECHECKED} refuse_recheck", upheld, Ago(2, 30), 1),
    Way("recheck hearing", f"{RECHECKED} open_hearing", upheld, Ago(1, 6), 2),
    Way("recheck after hearing", f"{RECHECKED} open_hearing close_hearing", upheld, Ago(1, 5), 1),
    Way("recheck issued", f"{RECHECKED} issue_recheck", upheld, Ago(1, 2), 2),
    Way("recheck ended", f"{RECHECKED} issue_recheck serve_recheck", upheld, Ago(3, 60), 6),
    # ---- suggestions
    Way("suggestion signed in", SIGNED, suggestion, Ago(1, 5), 2),
    Way("suggestion accepted", ACCEPTED, suggestion, Ago(2, 30), 4),
    Way("suggestion answered", f"{ACCEPTED} reply_to_suggestion", suggestion, Ago(2, 80), 8),
    Way("suggestion archived", f"{ACCEPTED} reply_to_suggestion archive", suggestion, Ago(10, 90), 4, "own"),
)  # fmt: skip
HOSTS = {"handling", "handling, asked", "handling, due soon", "handling, due in 3 days", "extended", "accepted"}
# What a visitor of the demonstration follows as the citizen: way, and which petition if it matters.
FOLLOWED = (("handling", "roof-leak"), ("served", ""), ("received", ""))
