"""No page, API operation or form can set a past time: moments come from a clock, stated days stand in columns of their own (LG-1)."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from datetime import date, datetime
from pathlib import Path

import pytest
from django import forms
from django.apps import apps
from django.test import Client

import xinqiao
from tests.world import World
from xinqiao.matters import intake, steps
from xinqiao.matters.models import Event, Matter, Submission

EDGES = ("portal", "workbench", "api")
ROOT = Path(xinqiao.__file__).parent
# Moments that are written by the program and may never come from a form.
MOMENTS = {"at", "recorded_at", "received_at", "registered_at", "issued_at", "added_at", "served_at", "made_at", "closed_at"}
# Moments that an officer states, beside the one of acting; the step looks at them.
STATED = {
    "next_report_at": "UR-5: when the next report is due, always ahead",
    "done_at": "UR-2: when it was sent outside the platform, between the mark and now",
}


def modules_of(package: str) -> list:
    found = importlib.import_module(f"xinqiao.{package}")
    names = [info.name for info in pkgutil.walk_packages(found.__path__, f"xinqiao.{package}.") if ".migrations" not in info.name]
    return [importlib.import_module(name) for name in names if ".management" not in name]


def every_form() -> list[type[forms.BaseForm]]:
    importlib.import_module("xinqiao.urls")  # registers the converters that other addresses use
    for package in EDGES:
        modules_of(package)
    found, waiting = [], [forms.BaseForm]
    while waiting:
        waiting += (more := waiting.pop().__subclasses__())
        found += [one for one in more if one.__module__.startswith("xinqiao.")]
    return found


def sources() -> list[Path]:
    return sorted(path for package in EDGES for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


class TestEdges:
    def test_forms_have_no_field_that_becomes_a_moment(self):
        every = every_form()
        wrong = [f"{form.__name__}.{name}" for form in every for name in getattr(form, "base_fields", {}) if name in MOMENTS]
        assert len(every) > 20 and not wrong

    def test_the_api_takes_no_moment(self):
        document = Client().get("/api/v1/openapi.json")
        if document.status_code == 404:
            from xinqiao.api import urls

            api = next(one for one in vars(urls).values() if hasattr(one, "get_openapi_schema"))
            said = api.get_openapi_schema()
        else:
            said = document.json()
        wrong = [
            f"{method} {path}: {name}"
            for path, operations in said["paths"].items()
            for method, operation in operations.items()
            for name, one in _properties(operation.get("requestBody", {}), said)
            if one.get("format") == "date-time" or name in MOMENTS
        ]
        assert said["paths"] and not wrong

    def test_the_moment_of_a_step_is_read_from_the_clock(self):
        """`at` in the edges is `timezone.now()` or handed on from where it was."""
        wrong = []
        for path in sources():
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "at" for one in node.targets)) or (isinstance(node, ast.keyword) and node.arg == "at"):
                    value = node.value
                else:
                    continue
                if "cleaned_data" in ast.unparse(value) or "POST" in ast.unparse(value) or "body" in ast.unparse(value):
                    wrong.append(f"{path.relative_to(ROOT)}:{value.lineno} {ast.unparse(value)}")
        assert not wrong

    def test_no_admin_edits_rows(self):
        assert not apps.is_installed("django.contrib.admin")


def _properties(body: dict, said: dict):
    for content in body.get("content", {}).values():
        yield from _of_schema(content.get("schema", {}), said, set())


def _of_schema(schema: dict, said: dict, seen: set):
    name = schema.get("$ref", "").rpartition("/")[2]
    if name:
        if name in seen:
            return
        seen.add(name)
        schema = said["components"]["schemas"][name]
    for key, one in schema.get("properties", {}).items():
        yield key, one
        yield from _of_schema(one, said, seen)
    for one in [*schema.get("anyOf", []), *schema.get("allOf", []), *([schema["items"]] if "items" in schema else [])]:
        yield from _of_schema(one, said, seen)


class TestSteps:
    @pytest.mark.parametrize("step", list(steps.FUNCTIONS), ids=str)
    def test_takes_no_moment_but_the_one_of_acting(self, step):
        parameters = inspect.signature(steps.FUNCTIONS[step]).parameters
        assert not {name for name in parameters if name in MOMENTS - {"at"}}
        moments = {name for name, one in parameters.items() if one.annotation in (datetime, "datetime")} - {"at"}
        assert moments <= set(STATED), moments

    def test_what_a_citizen_states_holds_days_only(self):
        moments = [one.name for one in dataclasses.fields(intake.Intake) if one.type in (datetime, "datetime", "datetime | None")]
        assert moments == []


@pytest.mark.django_db
class TestStated:
    def test_an_earlier_letter_keeps_its_day_beside_the_moment_of_receipt(self):
        """A letter of last year that is registered today: received today, dated last year."""
        world = World()
        receipt = world.file("2026-03-02", by=world.tang_registers, channel="letter", petition_on=date(2025, 11, 20))
        submission = Submission.objects.get(matter_id=receipt.matter_id)
        assert submission.petition_on == date(2025, 11, 20)
        assert submission.received_at.date() == date(2026, 3, 2)
        assert Matter.objects.get(pk=receipt.matter_id).received_on == date(2026, 3, 2)

    def test_what_is_smuggled_in_changes_nothing(self):
        world = World()
        receipt = world.file("2026-03-02", received_at="2020-01-01", recorded_at="2020-01-01", at="2020-01-01")
        event = Event.objects.get(matter_id=receipt.matter_id)
        assert event.at.year == 2026 and event.recorded_at.year >= 2026
