"""`visible_to(actor)` is the only way in: read from the sources of everything that answers people (secure-checklist 13)."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "xinqiao"
PARTS = ("portal", "workbench", "api", "exports", "access", "notifications")
# Rows that belong to a matter. Whoever reads one by its own key first asks whether the matter is visible.
MODELS = {
    "Matter", "Referral", "Document", "Attachment", "Submission", "Event", "Record", "Opinion", "Clock", "Request", "Rating", "Service",
    "MatterNumber", "Petitioner",
}  # fmt: skip
# Keywords that tie a query to a matter which is there already as an object: whoever holds it has asked.
TIES = {"matter", "matter_id", "split_from"}
# (file, function): why this query is right without `visible_to` in it and without a matter in hand.
ALLOWED = {
    ("workbench/pages/papers.py", "letter"): "finds the matter that is asked for next; missing and hidden are one 404",
    (
        "workbench/pages/papers.py",
        "attachment",
    ): "finds the matter that is asked for next; missing and hidden are one 404",
    (
        "workbench/pages/search.py",
        "rows_of",
    ): "of the matters that the search, which starts from visible_to, has just found",
    ("portal/follow/dossier.py", "load"): "of the matter that the page has opened",
    ("access/reading.py", "_named"): "for the log of a refused address: nothing of it is shown",
    ("exports/audit_log.py", "narrowed"): "the auditor stands outside the cases and reads numbers only",
    ("workbench/audit/views.py", "_numbers"): "the auditor stands outside the cases and reads numbers only",
    ("exports/digests.py", "_hidden"): "asks what to leave out, not what to show",
    (
        "portal/sealed.py",
        "differs_from_stored",
    ): "whoever holds the receipt is told whether it is as stored; nothing of it is shown",
    ("workbench/shelves.py", "came_back"): "a condition of a shelf, which narrows visible_to (`Shelf.desks`)",
    (
        "workbench/case_file/found.py",
        "_rows",
    ): "writes a part of the statement that reads the matter, which `find` asks of visible_to",
    ("workbench/supervision/completion.py", "_due"): "a column of the rows that `visible` found",
    ("workbench/pages/queue.py", "_CHANGES"): "of the matters that the list has just found",
    (
        "workbench/shelves.py",
        "to_count",
    ): "a number beside the list, by the same rule (`counted_by`), never a row of it",
    (
        "workbench/tally.py",
        "_composed_at_once",
    ): "numbers beside the lists, by the same rule (`counted_by`), never a row of them",
    (
        "workbench/pages/sealed.py",
        "register_page",
    ): "the register of the own office, without the accused set; the day of signing only",
}


def queries(path: Path) -> list[tuple[str, str, int]]:
    """(function, model, line) of each statement that asks `Model.objects` without `visible_to` in the same function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = []
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) or _is_composed(node)):
        names = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
        names |= {
            node.func.id
            for node in ast.walk(function)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        if "visible_to" in names:
            continue
        tied = {id(inner) for node in ast.walk(function) if _is_tied(node) for inner in ast.walk(node)}
        for node in ast.walk(function):
            if id(node) in tied:
                continue
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "objects"
                and isinstance(node.value, ast.Name)
                and node.value.id in MODELS
            ):
                found.append((_name_of(function), node.value.id, node.lineno))
    return found


def _is_composed(node: ast.AST) -> bool:
    """`_DESKS = Composed(lambda …)`: a query as a name of its module."""
    return (
        isinstance(node, ast.Assign)
        and any(isinstance(inner, ast.Lambda) for inner in ast.walk(node.value))
        and node.col_offset == 0
    )


def _name_of(node: ast.FunctionDef | ast.Assign) -> str:
    return node.name if isinstance(node, ast.FunctionDef) else ast.unparse(node.targets[0])


def _is_tied(node: ast.AST) -> bool:
    """A call such as `.filter(matter=matter)`, `.filter(matter_id=here.matter.pk)`: of one matter that was opened before."""
    if not isinstance(node, ast.Call):
        return False
    return any(one.arg in TIES and "matter" in ast.unparse(one.value) for one in node.keywords)


def sources() -> list[Path]:
    return sorted(path for part in PARTS for path in (PACKAGE / part).rglob("*.py") if "migrations" not in path.parts)


def test_every_query_for_a_matter_goes_through_visible_to():
    wrong = [
        f"{path.relative_to(PACKAGE)}:{line} {function} asks {model}.objects"
        for path in sources()
        for function, model, line in queries(path)
        if (str(path.relative_to(PACKAGE)), function) not in ALLOWED
    ]
    assert not wrong, "ask visible_to(actor) first, or say in ALLOWED why not:\n" + "\n".join(wrong)


def test_no_reason_is_left_over():
    used = {
        (str(path.relative_to(PACKAGE)), function) for path in sources() for function, _model, _line in queries(path)
    }
    assert not set(ALLOWED) - used


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        ("def f(): return Matter.objects.get(pk=1)", 1, "the plain manager"),
        ("def f(): return Matter.objects.visible_to(me).get(pk=1)", 0, "the way in"),
        ("F = Composed(lambda pk: Matter.objects.filter(pk=pk))", 1, "composed once, asked by anybody"),
        ("F = Composed(lambda matter_id: Clock.objects.filter(matter_id=matter_id))", 0, "of a matter that is there"),
        ("def f(): return Event.objects.filter(matter=matter)", 0, "of a matter in hand"),
        ("def f(): return Event.objects.filter(matter_id=int(request.GET['m']))", 1, "of a number that somebody typed"),
        ("def f(): return Officer.objects.get(pk=1)", 0, "no row of a matter"),
    ],
)
def test_the_reading_itself(text, found, why, tmp_path):
    path = tmp_path / "one.py"
    path.write_text(text)
    assert len(queries(path)) == found, why
