"""The first of the three administrators, by command; no default accounts (checklist 52)."""

import argparse
import json

import pytest

from tests.world import World
from xinqiao import cli, database
from xinqiao.cli import first_administrator
from xinqiao.integrity.models import AuditEntry
from xinqiao.organisations.models import Officer, Organisation, User

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def running_database(monkeypatch):
    import contextlib

    monkeypatch.setattr(database, "available", contextlib.nullcontext)


def run(*argv: str) -> int:
    parser = argparse.ArgumentParser()
    first_administrator.add_arguments(parser)
    return first_administrator.run(parser.parse_args([*argv, "--json"]))


class TestFirstAdministrator:
    def test_prints_a_one_time_password_and_refuses_the_second_time(self, capsys):
        World()
        Officer.objects.filter(roles__contains=["system_administrator"]).update(active=False)
        asked = ("--role", "system", "--username", "liu.sys", "--name", "刘某", "--organisation", "pref-po")
        assert run(*asked) == cli.OK
        printed = json.loads(capsys.readouterr().out)
        user = User.objects.get(username="liu.sys")
        assert user.check_password(printed["one_time_password"])
        assert user.one_time_until is not None
        assert (
            run("--role", "system", "--username", "other", "--name", "另一个", "--organisation", "pref-po")
            == cli.FAILED
        )
        assert "已经有系统管理员" in capsys.readouterr().err
        assert (
            run("--role", "security", "--username", "chen.sec", "--name", "陈某", "--organisation", "pref-po") == cli.OK
        )
        assert run("--role", "audit", "--username", "zhou.aud", "--name", "周某", "--organisation", "pref-po") == cli.OK
        assert AuditEntry.objects.filter(kind="rights_decided").count() == 3

    def test_makes_the_first_organisation_of_an_empty_database(self, capsys):
        asked = ("--role", "system", "--username", "liu.sys", "--name", "刘某", "--organisation", "county-po")
        assert run(*asked) == cli.FAILED
        assert "还没有任何机构" in capsys.readouterr().err
        assert not User.objects.exists()
        assert run(*asked, "--organisation-name", "青石县信访局", "--division-code", "990121") == cli.OK
        assert Organisation.objects.get().rgt > Organisation.objects.get().lft > 0

    @pytest.mark.parametrize("username", ["", "X", "刘", "a b c", "x" * 50, "1abc"])
    def test_refuses_a_user_name_that_the_log_in_would_not_take(self, username, capsys):
        World()
        assert (
            run("--role", "audit", "--username", username, "--name", "周某", "--organisation", "pref-po") == cli.USAGE
        )

    def test_the_tables_come_without_any_user(self):
        assert not User.objects.exists()
