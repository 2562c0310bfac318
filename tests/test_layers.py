"""Imports go down, never up and never sideways (docs/architecture): read from the source, not from habit."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "xinqiao"

FLOORS = {
    6: {"portal", "workbench", "api", "jobs", "cli", "seed"},
    5: {"reporting"},  # what the others add up to
    4: {"notifications", "exports", "access", "bulk", "supervision", "ledgers", "information", "analysis"},
    3: {"matters"},
    2: {"documents", "people", "organisations", "integrity", "search", "counts", "ui"},
    1: {"rules", "crypto"},
    0: {"database", "days", "folders", "http_client", "logs", "metrics"},  # the ground: no nouns of the domain
}
# The frame around everything may see all of it, and only Django and the command line see the frame.
FRAME = {"settings", "urls", "wsgi", "middleware", "gate", "errors", "health", "measuring", "__main__", "__init__"}
FLOOR_OF = {name: floor for floor, names in FLOORS.items() for name in names}

# (from, to): why this step sideways is right
SIDEWAYS = {
    ("cli", "seed"): "the command calls the work",
    ("cli", "jobs"): "the command starts the worker",
    ("workbench", "jobs"): "the system administrator's page says how the workers are",
    ("workbench", "seed"): "the log-in page of a demonstration lists its log-ins",
    ("jobs", "portal"): "the worker forgets drafts that nobody sent",
    ("jobs", "api"): "the worker forgets files that came with no petition",
    ("seed", "api"): "the fixture of authorisation has a program among its identities, and programs are made there",
}


def modules() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Full names of all modules `path` imports, at the top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            above = path.relative_to(PACKAGE.parent).with_suffix("").parts[: -node.level]
            found |= {".".join([*above, *filter(None, [node.module]), alias.name]) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def parts_of_ours(names: set[str]) -> set[str]:
    return {name.split(".")[1] for name in names if name.startswith("xinqiao.")}


def complaint(source: str, target: str) -> str | None:
    """Why a module of part `source` may not import part `target`."""
    if source == target or source in FRAME or (source, target) in SIDEWAYS:
        return None
    if target in FRAME:
        return f"{source} imports the frame ({target})" if source != "cli" else None
    if FLOOR_OF[target] == FLOOR_OF[source] and FLOOR_OF[source] > 0:
        return f"{source} imports {target}: sideways on floor {FLOOR_OF[source]}"
    if FLOOR_OF[target] > FLOOR_OF[source]:
        return f"{source} (floor {FLOOR_OF[source]}) imports {target} (floor {FLOOR_OF[target]}): a step up"
    return None


class TestLayers:
    def test_every_part_has_a_floor(self):
        unknown = {part_of(path) for path in modules()} - set(FLOOR_OF) - FRAME
        assert not unknown, f"give {unknown} a floor in FLOORS"

    def test_imports_only_go_down(self):
        wrong = [
            f"{path.relative_to(PACKAGE)}: {words}"
            for path in modules()
            for target in sorted(parts_of_ours(imported(path)) & (set(FLOOR_OF) | FRAME))
            if (words := complaint(part_of(path), target))
        ]
        assert not wrong, "\n".join(wrong)

    def test_rules_know_the_standard_library_only(self):
        wrong = [
            f"{path.relative_to(PACKAGE)} imports {name}"
            for path in modules()
            if part_of(path) == "rules"
            for name in imported(path)
            if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("xinqiao.rules")
        ]
        assert not wrong, "\n".join(wrong)

    @pytest.mark.parametrize(
        ("source", "target", "refused", "why"),
        [
            ("matters", "rules", False, "down"),
            ("portal", "database", False, "down to the ground"),
            ("matters", "notifications", True, "up: an event tells, the matter does not call"),
            ("portal", "workbench", True, "sideways: citizens and officers share nothing"),
            ("people", "organisations", True, "sideways on floor 2"),
            ("rules", "crypto", True, "sideways on floor 1"),
            ("matters", "settings", True, "settings are read through Django"),
        ],
    )
    def test_the_rule_itself(self, source, target, refused, why):
        assert (complaint(source, target) is not None) is refused, why
