"""Read the plans of statements: which rows of the big tables they touched, and how."""

import json
import re
from collections.abc import Callable

from django.db import connection, transaction

BIG = {
    "matters_matter", "matters_matternumber", "matters_referral", "matters_event", "matters_clock", "matters_submission", "matters_request",
    "matters_opinion", "matters_record", "matters_delivery", "matters_attachment", "documents_document", "documents_documentcode",
    "people_petitioner", "search_searchentry", "integrity_auditentry", "notifications_message", "notifications_inboxentry",
    "django_session", "portal_draft",
}  # fmt: skip
SMALL_WAYS = ("enable_seqscan", "enable_mergejoin", "enable_hashjoin")  # cheaper at two thousand matters, not at a million
SETTINGS = re.compile(r"\s*((?:SET LOCAL [^;]*;\s*)*)(.*)", re.DOTALL | re.IGNORECASE)  # some statements bring their own (workbench/by_index.py)
READS = re.compile(r"\s*(?:SET LOCAL [^;]*;\s*)*(?:SELECT|WITH|EXECUTE)\b", re.IGNORECASE)
WRITES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|pg_advisory\w*|nextval|setval)\b", re.IGNORECASE)  # explaining it would do it again


def scans(query) -> list[dict]:
    """The nodes of the plan of a queryset that read a big table, as they ran."""
    return explained(*query.query.sql_with_params())


def explained(sql: str, params) -> list[dict]:
    """The same for a statement, with the settings that it came with."""
    settings, sql = SETTINGS.fullmatch(sql).groups()
    with transaction.atomic(), connection.cursor() as cursor:
        for way in SMALL_WAYS:
            cursor.execute(f"SET LOCAL {way} = off")
        if settings:
            cursor.execute(settings)
        cursor.execute("DISCARD PLANS")  # what is kept prepared was planned without these settings
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0]
        for way in SMALL_WAYS:
            cursor.execute(f"RESET {way}")
        cursor.execute("DISCARD PLANS")
    plan = json.loads(plan) if isinstance(plan, str) else plan
    found, waiting = [], [plan[0]["Plan"]]
    while waiting:
        node = waiting.pop()
        waiting.extend(node.get("Plans", ()))
        if node.get("Relation Name") in BIG:
            found.append(node)
    return found


def rows_touched(node: dict) -> float:
    skipped = sum(node.get(name, 0) for name in ("Rows Removed by Filter", "Rows Removed by Index Recheck"))
    return (node["Actual Rows"] + skipped) * node["Actual Loops"]


def fault(sql: str, params, at_most: int) -> str:
    """Why this statement is too dear at a million matters; empty when it is not."""
    for node in explained(sql, params):
        if node["Node Type"] == "Seq Scan":
            return f"reads all of {node['Relation Name']}: {sql[:1500]}"
        if rows_touched(node) > at_most:
            where = {name: value for name, value in node.items() if name in ("Node Type", "Relation Name", "Index Name", "Index Cond", "Filter")}
            return f"touches {rows_touched(node):.0f} rows, not {at_most}: {where} in {sql[:1500]}"
    return ""


def asked_in(call: Callable[[], object]) -> tuple[object, list[tuple[str, tuple]]]:
    """What `call` answers, and the statements that read, with their values."""
    found: list[tuple[str, tuple]] = []

    def note(execute, sql, params, many, context):
        if not many and READS.match(sql) and not WRITES.search(sql):
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = call()
    return answer, found
