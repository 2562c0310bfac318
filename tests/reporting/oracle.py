"""The truth of each indicator, as one plain SQL statement over the tables of the matters: what `counting*.py` counts, said another way.

Each gives (organisation, day, denominator, numerator, days, excluded), one row for each thing that counts. Written from G.1, G.2 and the
rows of `rules/indicators.py`, not from the program that they are to prove.
"""

from collections import defaultdict
from datetime import date, timedelta
from functools import cache

from django.db import connection

from xinqiao.reporting.indicators import few
from xinqiao.rules import deadlines

TABLES = """
WITH ok AS (
    SELECT matter.*, contactable AND NOT anonymous AS reachable,
        EXISTS (SELECT 1 FROM matters_event e WHERE e.matter_id = matter.id AND e.step = 'import_history') AS imported
    FROM matters_matter matter WHERE NOT sealed AND kind <> 'report' AND id NOT IN (SELECT matter_id FROM matters_accused)
),
event AS (
    SELECT event.*, (at AT TIME ZONE 'Asia/Shanghai')::date AS day, facts_text::jsonb AS facts
    FROM matters_event event JOIN ok ON ok.id = event.matter_id
),
desk AS (SELECT * FROM matters_referral WHERE kind NOT IN ('co_handling', 'political_legal', 'discipline')),
opinion AS (
    SELECT opinion.*, EXISTS (SELECT 1 FROM matters_record WHERE sort IN ('review_request', 'recheck_request') AND (data->>'against')::bigint = opinion.id) AS attacked,
        EXISTS (SELECT 1 FROM jsonb_array_elements(answers) one WHERE one->>'outcome' IN ('support', 'partly')) AS supports,
        (SELECT max((one->>'until_on')::date) FROM jsonb_array_elements(answers) one
         WHERE one->>'outcome' IN ('support', 'partly') AND one->>'until_on' <> '') AS until_on
    FROM matters_opinion opinion JOIN ok ON ok.id = opinion.matter_id
),
handling AS (SELECT * FROM opinion WHERE instance = 'handling' AND served_on IS NOT NULL),
accepted AS (SELECT DISTINCT ON (matter_id) * FROM event WHERE step IN ('accept', 'accept_simple') ORDER BY matter_id, seq),
decided AS (
    SELECT DISTINCT ON (matter_id) * FROM event WHERE step IN ('transfer', 'transfer_down', 'assign', 'transfer_political_legal', 'guide',
        'reply_directly', 'file_without_action', 'refuse_again_at_office') ORDER BY matter_id, seq
),
told AS (SELECT * FROM event WHERE step IN ('accept', 'accept_simple', 'notify_route', 'refuse', 'refuse_again')),
answered AS (
    SELECT DISTINCT ON (matter_id) matter_id, seq, organisation_id, step,
        CASE WHEN step = 'serve_opinion' THEN (facts->>'served_on')::date ELSE day END AS on_day
    FROM event WHERE step IN ('serve_opinion', 'reply_to_suggestion', 'settle') ORDER BY matter_id, seq
),
again AS (
    SELECT DISTINCT mine.matter_id, (other.received_at AT TIME ZONE 'Asia/Shanghai')::date AS on_day
    FROM people_petitioner mine JOIN matters_matter own ON own.id = mine.matter_id
    JOIN people_petitioner theirs ON theirs.matter_id <> mine.matter_id
        AND (theirs.mobile_index IN (mine.mobile_index, mine.id_index) AND theirs.mobile_index <> ''
             OR theirs.id_index IN (mine.mobile_index, mine.id_index) AND theirs.id_index <> '')
    JOIN matters_matter other ON other.id = theirs.matter_id
    WHERE other.repeat AND NOT other.sealed AND other.received_at > own.received_at
),
closed AS (
    SELECT DISTINCT ON (event.matter_id) event.matter_id, first.organisation_id, event.day
    FROM event JOIN ok ON ok.id = event.matter_id AND NOT ok.repeat AND ok.kind <> 'suggestion'
    JOIN (SELECT DISTINCT ON (matter_id) * FROM event WHERE step IN ('serve_opinion', 'settle') ORDER BY matter_id, seq) first
        ON first.matter_id = event.matter_id
    WHERE event.seq > first.seq AND event.from_stage <> 'withdrawn' AND event.step IN ('end_window', 'serve_recheck_opinion', 'record_agreement_performed')
        OR event.step = 'confirm_execution' AND (ok.stage LIKE 'ended%%' OR ok.stage = 'archived') AND NOT EXISTS (
            SELECT 1 FROM event other WHERE other.matter_id = ok.id AND other.seq > first.seq AND other.from_stage <> 'withdrawn'
                AND other.step IN ('end_window', 'serve_recheck_opinion', 'record_agreement_performed'))
    ORDER BY event.matter_id, event.seq
),
contested AS (
    SELECT DISTINCT matter_id FROM event WHERE step IN ('request_review', 'dispute_execution')
    UNION SELECT matter_id FROM opinion WHERE attacked
),
rated AS (
    SELECT ok.id AS matter_id, ok.reachable, ok.repeat, ok.route, 'office' AS target, decided.organisation_id, decided.day AS opened_on
    FROM ok JOIN (SELECT DISTINCT ON (matter_id) * FROM event WHERE step IN ('transfer', 'transfer_down', 'assign', 'reply_directly', 'guide',
        'file_without_action') ORDER BY matter_id, seq) decided ON decided.matter_id = ok.id
    UNION ALL SELECT ok.id, ok.reachable, ok.repeat, ok.route, 'unit', last.organisation_id, last.served_on
    FROM ok JOIN (SELECT DISTINCT ON (matter_id) * FROM handling ORDER BY matter_id, round DESC) last ON last.matter_id = ok.id
)
"""


def _limit(terms: str, *, unreachable: bool = False) -> str:
    """An organ met a limit only if it missed none of them in this matter, and is judged when none runs."""
    left_out = "AND NOT reachable" if unreachable else "AND false"
    return f"""
    SELECT organ, coalesce(missed_on, met_on), CASE WHEN true {left_out} THEN 0 ELSE 1 END, CASE WHEN true {left_out} THEN 0
        ELSE (missed_on IS NULL)::int END, 0, CASE WHEN true {left_out} THEN 1 ELSE 0 END
    FROM (
        SELECT ok.id, ok.reachable, desk.organisation_id AS organ,
            max(clock.due_on) FILTER (WHERE clock.state = 'late' OR clock.state = 'running' AND clock.due_on < %(today)s
                OR clock.state IN ('cancelled', 'lapsed') AND clock.ended_on > clock.due_on
                OR clock.state = 'paused' AND clock.due_on < coalesce(
                    (SELECT max(day) FROM event WHERE event.matter_id = ok.id AND step = 'complete_withdrawal'), %(today)s)) AS missed_on,
            max(clock.ended_on) FILTER (WHERE clock.state = 'met') AS met_on,
            bool_or(clock.state = 'running' AND clock.due_on >= %(today)s) AS is_open
        FROM matters_clock clock JOIN ok ON ok.id = clock.matter_id JOIN desk ON desk.id = clock.referral_id
        WHERE clock.term IN ({terms}) GROUP BY ok.id, ok.reachable, desk.organisation_id
    ) found WHERE missed_on IS NOT NULL OR met_on IS NOT NULL AND NOT is_open"""


def _mean(statement: str, first: bool) -> str:
    return (
        f"SELECT organ, on_day, 1, 0, days, 0 FROM ({statement}) found WHERE true {'AND NOT repeat' if first else ''}"
    )


_TRANSFER = "SELECT organisation_id AS organ, day AS on_day, day - received_on AS days, repeat FROM decided JOIN ok ON ok.id = matter_id WHERE organisation_id IS NOT NULL AND NOT imported"
_NOTICE = """SELECT desk.organisation_id AS organ, told.day AS on_day, told.day - (desk.received_at AT TIME ZONE 'Asia/Shanghai')::date AS days, ok.repeat
    FROM told JOIN desk ON desk.id = told.referral_id JOIN ok ON ok.id = told.matter_id"""
_ANSWER = """SELECT answered.organisation_id AS organ, on_day, on_day - accepted.day AS days, ok.repeat
    FROM answered JOIN accepted USING (matter_id) JOIN ok ON ok.id = matter_id"""
_OF_ACCEPTED = "SELECT accepted.organisation_id, accepted.day, 1, ({hit})::int, 0, 0 FROM accepted JOIN ok ON ok.id = accepted.matter_id WHERE {where}"
_HAS = "EXISTS (SELECT 1 FROM event WHERE event.matter_id = ok.id AND event.step IN ({steps}))"
_OF_OPINIONS = "SELECT handling.organisation_id, served_on, 1, ({hit})::int, 0, 0 FROM handling JOIN ok ON ok.id = matter_id WHERE {where}"
_SUPERVISED = """SELECT s.organisation_id, (s.issued_at AT TIME ZONE 'Asia/Shanghai')::date, 1, 1, 0, 0 FROM matters_supervision s
    JOIN ok ON ok.id = s.matter_id WHERE s.issued_at IS NOT NULL AND s.organisation_id IS NOT NULL"""
_ROUTED = """SELECT DISTINCT ON (event.matter_id) event.matter_id, event.organisation_id, event.day,
        CASE WHEN step IN ('accept', 'accept_simple') THEN 'petition' WHEN step = 'notify_route' THEN facts->>'route' ELSE 'judicial' END AS route
    FROM event JOIN ok ON ok.id = event.matter_id AND ok.kind <> 'suggestion'
    WHERE step IN ('accept', 'accept_simple', 'notify_route', 'guide', 'transfer_political_legal') ORDER BY event.matter_id, event.seq DESC"""
_FILED = "SELECT received_by_id, received_on, 1, ({hit})::int, 0, 0 FROM ok WHERE registered_at IS NOT NULL"
_SETTLED = """SELECT organisation_id, day, 1, ({hit})::int, 0, 0 FROM closed"""

_SHEETS = """SELECT sheet.organisation_id, (checked_at AT TIME ZONE 'Asia/Shanghai')::date, (answers->>'{line}' <> 'na')::int,
    (answers->>'{line}' = 'no')::int, 0, (answers->>'{line}' = 'na')::int FROM supervision_sheet sheet JOIN ok ON ok.id = sheet.matter_id
    WHERE checked_at IS NOT NULL AND answers->>'{line}' IN ('yes', 'no', 'na')"""
# Nothing is told of a letter that rests on a report, or on a matter that names an accused, even among others (C-01).
_RESTS_OPENLY = """NOT EXISTS (SELECT 1 FROM supervision_{table}_matters rests WHERE rests.{table}_id = made.id
    AND rests.matter_id NOT IN (SELECT id FROM ok))"""
_RECOMMENDED = f"""SELECT coalesce(concerned_id, organisation_id), (issued_at AT TIME ZONE 'Asia/Shanghai')::date, 1, 1, 0, 0
    FROM supervision_recommendation made WHERE issued_at IS NOT NULL AND organisation_id IS NOT NULL
    AND sort = '{{sort}}' AND {_RESTS_OPENLY.format(table="recommendation")}"""
_MEASURES = f"""SELECT organisation_id, decided_on, 1, 1, 0, 0 FROM supervision_measure made WHERE decided_on IS NOT NULL
    AND state <> 'dropped' AND organisation_id IS NOT NULL AND sort = '{{sort}}' AND {_RESTS_OPENLY.format(table="measure")}"""


def _why(reason: str) -> str:
    """Why somebody came again, from what the earlier matter's record says of that day."""
    return f"""
    SELECT received_by_id, received_on, (reason IS NOT NULL)::int, coalesce(reason = '{reason}', false)::int, 0, (reason IS NULL)::int FROM (
        SELECT ok.received_by_id, ok.received_on, CASE
            WHEN before.id IS NULL OR before.sealed OR before.kind = 'report' OR before.id IN (SELECT matter_id FROM matters_accused) THEN NULL
            WHEN EXISTS (SELECT 1 FROM matters_clock c WHERE c.matter_id = before.id AND c.term IN ('PO15', 'UNIT15', 'DIRECT15', 'HANDLE60',
                'SIMPLE10WD', 'SUGGESTION60', 'REVIEW_DEC30', 'RECHECK_DEC30') AND c.state IN ('running', 'late', 'cancelled', 'lapsed')
                AND c.due_on < ok.received_on AND coalesce(c.ended_on, 'infinity') > c.due_on) THEN 'overdue'
            WHEN EXISTS (SELECT 1 FROM event e WHERE e.matter_id = before.id AND e.step = 'dispute_execution' AND e.day <= ok.received_on)
                OR EXISTS (SELECT 1 FROM opinion o WHERE o.matter_id = before.id AND o.instance = 'handling' AND o.state = 'served'
                    AND o.until_on < ok.received_on AND NOT EXISTS (SELECT 1 FROM event e WHERE e.matter_id = before.id
                        AND e.step = 'report_execution' AND e.day <= o.until_on)) THEN 'not_executed'
            WHEN EXISTS (SELECT 1 FROM event e WHERE e.matter_id = before.id AND e.day <= ok.received_on
                AND e.step IN ('serve_opinion', 'reply_to_suggestion', 'settle', 'reply_directly')) THEN 'disagreement'
            ELSE 'unknown' END AS reason
        FROM ok LEFT JOIN matters_matter before ON before.id = coalesce(ok.joined_to, (
            SELECT other.id FROM matters_matter other JOIN people_petitioner theirs ON theirs.matter_id = other.id
            JOIN people_petitioner mine ON mine.matter_id = ok.id AND (theirs.mobile_index = mine.mobile_index AND mine.mobile_index <> ''
                OR theirs.id_index = mine.id_index AND mine.id_index <> '')
            WHERE NOT other.sealed AND other.received_at < ok.received_at ORDER BY other.received_at DESC, other.id DESC LIMIT 1))
        WHERE ok.repeat AND ok.registered_at IS NOT NULL AND NOT ok.imported
    ) found"""


def _rating(target: str, hit: str) -> str:
    """Of those who rated in time; "" as `hit`: of all who could, with those who could not as excluded."""
    could = "reachable AND NOT repeat AND route NOT IN ('judicial', 'arbitration', 'administrative') AND NOT beside"
    found = f"""SELECT rated.*, EXISTS (SELECT 1 FROM matters_referral r WHERE r.matter_id = rated.matter_id AND r.kind = 'political_legal') AS beside,
        given.value, closes_on FROM rated JOIN unnest(%(opened)s::date[], %(closes)s::date[]) rating_window (opened, closes_on) ON opened = opened_on
        LEFT JOIN matters_rating given ON given.matter_id = rated.matter_id AND given.target = rated.target
            AND given.organisation_id = rated.organisation_id
        WHERE rated.target = '{target}' AND closes_on < %(today)s"""
    if hit:
        return f"SELECT organisation_id, closes_on, 1, ({hit})::int, 0, 0 FROM ({found}) found WHERE {could} AND value IS NOT NULL"
    return f"""SELECT organisation_id, closes_on, ({could})::int, ({could} AND value IS NOT NULL)::int, 0, (NOT ({could}))::int FROM ({found}) found"""


def _has(*steps: str) -> str:
    return _HAS.format(steps=", ".join(f"'{step}'" for step in steps))


STATEMENTS: dict[str, str] = {
    "transfer_in_time": _limit("'PO15'"),
    "notice_in_time": _limit("'UNIT15', 'DIRECT15'", unreachable=True),
    "answer_in_time": _limit("'HANDLE60', 'SIMPLE10WD', 'SUGGESTION60'"),
    "review_in_time": _limit("'REVIEW_DEC30', 'RECHECK_DEC30'"),
    **{f"days_to_{what}{'_first' if first else ''}": _mean(statement, first)
       for what, statement in (("transfer", _TRANSFER), ("notice", _NOTICE), ("answer", _ANSWER)) for first in (False, True)},
    "extended": _OF_ACCEPTED.format(hit=_has("extend"), where="ok.kind <> 'suggestion'"),
    "converted": _OF_ACCEPTED.format(hit=_has("convert_to_ordinary"), where="ok.kind <> 'suggestion' AND accepted.step = 'accept_simple'"),
    "withdrawn": _OF_ACCEPTED.format(where="true", hit="""coalesce((SELECT step = 'complete_withdrawal' AND seq > accepted.seq FROM event
        WHERE event.matter_id = ok.id AND step IN ('complete_withdrawal', 'resume') ORDER BY seq DESC LIMIT 1), false)"""),
    "contacted": """SELECT organ, on_day, reachable::int, (reachable AND heard)::int, 0, (NOT reachable)::int FROM (
        SELECT accepted.organisation_id AS organ, accepted.day AS on_day, ok.reachable, written.seq IS NOT NULL AS is_out, EXISTS (
            SELECT 1 FROM event WHERE event.matter_id = ok.id AND step = 'record_contact' AND seq < coalesce(written.seq, 1000000)) AS heard,
            (SELECT due_on < %(today)s FROM matters_clock c WHERE c.matter_id = ok.id AND c.term = 'CONTACT5WD' ORDER BY c.id LIMIT 1) AS is_over
        FROM accepted JOIN ok ON ok.id = accepted.matter_id LEFT JOIN LATERAL (SELECT seq FROM event WHERE event.matter_id = ok.id
            AND step IN ('issue_opinion', 'settle') ORDER BY seq LIMIT 1) written ON true WHERE NOT ok.repeat AND ok.kind <> 'suggestion'
        ) found WHERE NOT reachable OR heard OR is_out OR coalesce(is_over, true)""",
    "refused": """SELECT organisation_id, day, 1, (step LIKE 'refuse%%')::int, 0, 0 FROM event
        WHERE step IN ('accept', 'accept_simple', 'notify_route', 'refuse', 'refuse_again', 'refuse_again_at_office')""",
    **{f"route_{route}": f"SELECT organisation_id, day, 1, (route = '{route}')::int, 0, 0 FROM ({_ROUTED}) routed"
       for route in ("judicial", "arbitration", "party_appeal", "administrative", "duty_to_act", "petition")},
    "diverted_known": f"""SELECT organisation_id, day, 1, {_has("end_other_route").replace("ok.id", "routed.matter_id")}::int, 0, 0
        FROM ({_ROUTED}) routed WHERE route <> 'petition'""",
    "online_share": _FILED.format(hit="channel = 'web'"),
    "repeat_filed": _FILED.format(hit="repeat") + " AND NOT imported",
    **{f"repeat_{reason}": _why(reason) for reason in ("overdue", "not_executed", "disagreement", "unknown")},
    "repeat_after_answer": """SELECT organisation_id, on_day, reachable::int, (reachable AND EXISTS (SELECT 1 FROM again
        WHERE again.matter_id = ok.id AND again.on_day > answered.on_day))::int, 0, (NOT reachable)::int
        FROM answered JOIN ok ON ok.id = answered.matter_id WHERE NOT repeat""",
    "settled_once": _SETTLED.format(hit="""matter_id NOT IN (SELECT matter_id FROM contested) AND NOT EXISTS (SELECT 1 FROM opinion
        WHERE opinion.matter_id = closed.matter_id AND outcome = 'revoke' AND served_on <= closed.day + 365)"""),
    "settled_first": _SETTLED.format(hit="""CASE
        WHEN EXISTS (SELECT 1 FROM event WHERE event.matter_id = closed.matter_id AND step = 'record_agreement_performed')
            THEN NOT EXISTS (SELECT 1 FROM event WHERE event.matter_id = closed.matter_id AND step = 'dispute_execution')
        WHEN matter_id IN (SELECT matter_id FROM contested) THEN false
        ELSE coalesce((SELECT answers <> '[]' AND NOT EXISTS (SELECT 1 FROM jsonb_array_elements(answers) one WHERE one->>'outcome' = 'not_support')
            AND (NOT supports OR EXISTS (SELECT 1 FROM event WHERE event.matter_id = closed.matter_id AND step = 'report_execution'))
            FROM handling WHERE handling.matter_id = closed.matter_id AND state = 'served' ORDER BY round DESC LIMIT 1), false) END"""),
    "published": """SELECT organisation_id, on_day, 1, coalesce(is_out, false)::int, 0, 0 FROM (
        SELECT ok.id, (SELECT organisation_id FROM event WHERE event.matter_id = ok.id AND organisation_id IS NOT NULL AND step IN ('transfer',
                'transfer_down', 'assign', 'transfer_political_legal', 'guide', 'reply_directly', 'file_without_action', 'refuse_again_at_office')
                ORDER BY seq DESC LIMIT 1) AS organisation_id,
            (SELECT coalesce(served_on, (issued_at AT TIME ZONE 'Asia/Shanghai')::date) FROM opinion WHERE opinion.matter_id = ok.id
                AND instance = 'handling' AND state IN ('issued', 'served') ORDER BY round DESC, opinion.id DESC LIMIT 1) AS on_day,
            made.approved_at IS NOT NULL AND made.withdrawn_at IS NULL AS is_out
        FROM ok LEFT JOIN analysis_publicanswer made ON made.matter_id = ok.id
        WHERE publish_consent AND NOT secrecy AND NOT anonymous AND (stage LIKE 'ended%%' OR stage = 'archived')
            AND made.consent_withdrawn_at IS NULL) found WHERE on_day IS NOT NULL AND organisation_id IS NOT NULL""",
    "review_requested": _OF_OPINIONS.format(hit="attacked", where="true"),
    "revoked": _OF_OPINIONS.format(hit="state = 'revoked'", where="true"),
    "execution_disputed": _OF_OPINIONS.format(hit=_has("dispute_execution"), where="state = 'served' AND supports"),
    "executed_in_time": """SELECT organ, CASE WHEN done_on <= until_on THEN done_on ELSE until_on END, 1, coalesce(done_on <= until_on, false)::int, 0, 0
        FROM (SELECT handling.organisation_id AS organ, until_on, (SELECT min(day) FROM event WHERE event.referral_id = handling.referral_id
            AND event.matter_id = handling.matter_id AND step = 'report_execution' AND day >= served_on) AS done_on
            FROM handling WHERE state = 'served' AND until_on IS NOT NULL) found WHERE done_on IS NOT NULL OR until_on < %(today)s""",
    "review_changed": """SELECT (SELECT organisation_id FROM opinion first WHERE first.matter_id = opinion.matter_id AND first.instance = 'handling'
            AND first.id < opinion.id ORDER BY first.id DESC LIMIT 1), served_on, 1, (outcome IN ('change', 'revoke'))::int, 0, 0
        FROM opinion WHERE instance IN ('review', 'recheck') AND served_on IS NOT NULL""",
    "agreement_performed": """SELECT organisation_id, day, 1, (step = 'record_agreement_performed')::int, 0, 0 FROM event
        WHERE step IN ('record_agreement_performed', 'record_agreement_broken')""",
    "supervised": _SUPERVISED,
    **{f"supervised_{ground}": f"{_SUPERVISED} AND s.ground = '{ground}'" for ground in ("not_accepted", "not_handled", "poor_opinion", "not_carried_out")},
    "supervision_in_time": """SELECT organ, CASE WHEN done_on <= by_on THEN done_on ELSE by_on END, 1, coalesce(done_on <= by_on, false)::int, 0, 0 FROM (
        SELECT s.organisation_id AS organ, s.answer_by_on AS by_on,
            CASE WHEN s.state <> 'issued' THEN (s.answered_at AT TIME ZONE 'Asia/Shanghai')::date END AS done_on
        FROM matters_supervision s JOIN ok ON ok.id = s.matter_id WHERE s.issued_at IS NOT NULL AND s.organisation_id IS NOT NULL
        ) found WHERE done_on IS NOT NULL OR by_on < %(today)s""",
    "repeat_supervised": """SELECT organ, closed_on, reachable::int, (reachable AND EXISTS (SELECT 1 FROM again
        WHERE again.matter_id = found.matter_id AND again.on_day > closed_on))::int, 0, (NOT reachable)::int FROM (
        SELECT s.matter_id, s.organisation_id AS organ, (s.closed_at AT TIME ZONE 'Asia/Shanghai')::date AS closed_on, ok.reachable
        FROM matters_supervision s JOIN ok ON ok.id = s.matter_id WHERE s.state = 'closed' AND s.issued_at IS NOT NULL AND s.organisation_id IS NOT NULL
        ) found""",
    **{code: _SHEETS.format(line=line) for code, line in (("wrong_kind", "kind"), ("wrong_class", "class"), ("wrong_unit", "unit"),
        ("missing_request", "requests"), ("step_not_result", "gt4"))},
    **{f"recommended_{sort}": _RECOMMENDED.format(sort=sort) for sort in ("improve", "policy", "account")},
    "recommendations_adopted": f"""SELECT organisation_id, coalesce(said_on, feedback_by_on), 1, coalesce(adopted, false)::int, 0, 0 FROM (
        SELECT made.*, last.said_on, last.adopted FROM supervision_recommendation made LEFT JOIN (
            SELECT DISTINCT ON (recommendation_id) recommendation_id, (signed_at AT TIME ZONE 'Asia/Shanghai')::date AS said_on,
                adoption IN ('adopted', 'partly') AS adopted
            FROM supervision_feedback WHERE signed_at IS NOT NULL AND returned_at IS NULL ORDER BY recommendation_id, round DESC
        ) last ON last.recommendation_id = made.id WHERE issued_at IS NOT NULL AND {_RESTS_OPENLY.format(table="recommendation")}
        ) found WHERE organisation_id IS NOT NULL AND (said_on IS NOT NULL OR feedback_by_on < (now() AT TIME ZONE 'Asia/Shanghai')::date)""",
    **{code: _MEASURES.format(sort=sort) for code, sort in (("talks", "talk"), ("notifications", "notification"), ("listings", "listing"),
        ("corrections", "correction"))},
    **{f"rated_{target}": _rating(target, "") for target in ("office", "unit")},
    **{f"{code}_{target}{part}": _rating(target, hit) for target in ("office", "unit") for code, part, hit in (
        ("satisfied", "", "value IN ('satisfied', 'basically_satisfied')"), ("satisfied", "_fully", "value = 'satisfied'"),
        ("satisfied", "_basically", "value = 'basically_satisfied'"), ("dissatisfied", "", "value = 'dissatisfied'"))},
}  # fmt: skip


def truth(code: str, today: date) -> dict[tuple[int, date], tuple[int, ...]]:
    """(organisation, day) -> (denominator, numerator, days, excluded)."""
    with connection.cursor() as cursor:
        cursor.execute(f"{TABLES} {STATEMENTS[code]}", {"today": today, **_windows(today)})
        return _added(cursor.fetchall())


@cache
def _windows(today: date) -> dict[str, list[date]]:
    """When a rating that could be given from a day on closes; working days are the rules' affair (DL-05), and proved there."""
    days = [today - timedelta(days=number) for number in range(730)]
    return {"opened": days, "closes": [deadlines.compute("RATING30", day).due for day in days]}


def counted(code: str) -> dict[tuple[int, date], tuple[int, ...]]:
    """The same from the facts that the program keeps, or from the rows that it reads instead."""
    rows = few.ROWS if code in few.CODES else "SELECT * FROM reporting_fact"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT organisation_id, day, denominator, numerator, days, excluded FROM ({rows}) rows WHERE code = %s",
            [code],
        )
        return _added(cursor.fetchall())


def _added(rows: list[tuple]) -> dict[tuple[int, date], tuple[int, ...]]:
    found: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for organ, day, *numbers in rows:
        for place, number in enumerate(numbers):
            found[organ, day][place] += number
    return {key: tuple(numbers) for key, numbers in found.items()}
