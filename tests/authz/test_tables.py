"""The two tables of access say everything that there is, and nothing that is not there (secure-checklist 11)."""

import pytest
from django.urls import get_resolver

from xinqiao.jobs import duties, reactions
from xinqiao.notifications import messages
from xinqiao.rules import entrances, permissions
from xinqiao.rules.entrances import CALLERS, ENTRANCES
from xinqiao.rules.moves import MOVES
from xinqiao.rules.permissions import COLUMNS, ROWS, Action, Caller, Reach, allowed, cell, holders
from xinqiao.rules.stages import Role

OFFICER_ROLES = [role for role in Role if role not in (Role.CITIZEN, Role.SYSTEM)]


def addresses(resolver=None, spaces=()) -> list[tuple[str, str]]:
    """(name with its name spaces, pattern) of every address of the program."""
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        if hasattr(entry, "url_patterns"):
            found += addresses(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            found.append((":".join([*spaces, entry.name or ""]), str(entry.pattern)))
    return found


def operations() -> list[str]:
    from xinqiao.api.calls import api

    schema = api.get_openapi_schema()
    return [f"api:{one['operationId']}" for methods in schema["paths"].values() for one in methods.values()]


def names() -> set[str]:
    """Everything that needs a line."""
    found = {name for name, _pattern in addresses()} | set(operations())
    found |= {f"duty:{task.name}" for task in duties.TASKS}
    found |= {
        f"reaction:{name}" for name in (reactions.EXPAND, reactions.TELL_CITIZEN, reactions.BELL, *reactions.BESIDE)
    }
    found |= {f"bell:{step.value}" for step in reactions.BELLS}
    return found | {f"message:{key}" for key in messages.TEXTS}


class TestEntrances:
    def test_every_way_in_and_out_has_a_line(self):
        without = names() - set(ENTRANCES)
        assert not without, f"add to rules/entrances.py: {sorted(without)}"

    def test_no_line_for_what_is_gone(self):
        gone = set(ENTRANCES) - names()
        assert not gone, f"take out of rules/entrances.py: {sorted(gone)}"

    def test_every_message_to_the_citizen_has_a_line(self):
        told = {move.told for move in MOVES if move.told} | set(reactions.WINDOW_REMINDERS.values())
        assert {f"message:{key}" for key in told} <= set(ENTRANCES)

    @pytest.mark.parametrize("name", ENTRANCES)
    def test_somebody_may_pass_each(self, name):
        line = ENTRANCES[name]
        callers = OFFICER_ROLES if line.who == "officer" else CALLERS[line.who]
        assert line.opens_to(callers), "a page for nobody"

    def test_every_address_of_the_workbench_asks_an_officer(self):
        open_ones = {
            name for name, line in ENTRANCES.items() if name.startswith("workbench:") and line.who != "officer"
        }
        assert open_ones <= {"workbench:login", "workbench:logout", *PUBLIC_AT_THE_DESK}

    def test_no_address_of_citizens_opens_to_an_officer(self):
        assert not [name for name, line in ENTRANCES.items() if name.startswith("portal:") and line.who == "officer"]

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("a | text R | officer | matters", "four parts"),
            ("a | text R | officer | matters | ", "no basis"),
            ("a | text Z | officer | matters | x", "no such letter"),
            ("a | nothing R | officer | matters | x", "no such object"),
            ("a | text R | anybody | matters | x", "no such caller"),
            ("a | text R | officer | somewhere | x", "no such scope"),
            ("a a | text R | officer | matters | x", "twice"),
        ],
    )
    def test_refuses_a_line_that_cannot_be_read(self, line, why):
        with pytest.raises(entrances.WrongLine):
            entrances.parse(line)
            pytest.fail(why)


# Pages below desk/ that come before the log-in is complete.
PUBLIC_AT_THE_DESK = frozenset(
    {"workbench:second_step", "workbench:passkey_login", "workbench:provider", "workbench:provider_back"}
)


class TestPermissions:
    def test_every_role_has_a_column(self):
        assert set(COLUMNS.values()) == {*Caller, *Role}

    def test_the_rows_of_b3_are_there_in_its_order(self):
        assert [row.name for row in ROWS.values() if row.in_b3] == [
            "text", "report", "identity", "secret_identity", "transfer", "notices", "opinion", "review", "supervision", "rating",
            "incident", "own_access_list", "audit_log", "setup",
        ]  # fmt: skip

    def test_who_takes_a_step_has_a_cell_for_it_and_no_other(self):
        movers = {role for move in MOVES for role in move.roles}
        assert holders("step", Action.WRITE) == movers | {Caller.AGENT}

    @pytest.mark.parametrize("role", [Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR])
    def test_the_three_administrators_read_no_petition(self, role):
        case = {
            "text",
            "report",
            "identity",
            "secret_identity",
            "report_identity",
            "transfer",
            "notices",
            "opinion",
            "review",
        }
        case |= {
            "case",
            "search",
            "note",
            "letter",
            "attachment",
            "list_export",
            "requested_export",
            "digest",
            "reveal",
        }
        assert not [name for name in case if cell(role, name)]

    def test_the_three_administrators_hold_each_their_own_key(self):
        assert holders("setup", Action.WRITE) == {Role.SYSTEM_ADMINISTRATOR}
        assert holders("setup", Action.APPROVE) == {Role.SECURITY_ADMINISTRATOR}
        assert holders("audit_log", Action.READ) == {Role.AUDITOR}

    def test_nobody_reads_reports_of_a_whole_territory(self):
        assert not holders("report", Action.READ_MASKED, Reach.TERRITORY, Reach.EVERYWHERE)

    def test_only_the_liaison_opens_a_confidential_identity_and_only_with_a_reason(self):
        assert holders("secret_identity", Action.REVEAL) == {Role.DISCIPLINE_LIAISON}
        assert holders("secret_identity", Action.READ) == {Role.CITIZEN, Caller.AGENT}

    @pytest.mark.parametrize("name", ROWS)
    def test_visitors_and_programs_reach_nobodys_matter(self, name):
        for caller in (Caller.VISITOR, Caller.CLIENT):
            found = cell(caller, name)
            assert found is None or found.reach in (Reach.OWN, Reach.EVERYWHERE)
            assert not (
                found and found.reach is Reach.EVERYWHERE and name in ("text", "report", "case", "identity", "search")
            )

    @pytest.mark.parametrize(
        ("roles", "thing", "action", "expected", "why"),
        [
            ([Role.HANDLER], "text", Action.READ, Reach.ORGANISATION, "B.3: org R"),
            ([Role.HANDLER, Role.SUPERVISOR], "text", Action.READ, Reach.TERRITORY, "the widest of two"),
            ([Role.ANALYST], "text", Action.READ, None, "B.3: M"),
            ([Role.ANALYST], "text", Action.READ_MASKED, Reach.TERRITORY, "B.3: M"),
            ([Role.HANDLER], "text", Action.READ_MASKED, Reach.ORGANISATION, "who reads in full also reads masked"),
            ([Role.ANALYST], "report", Action.COUNT, Reach.EVERYWHERE, "B.3: counts only"),
            ([Role.ANALYST], "report", Action.READ_MASKED, None, "B.3: counts only"),
            ([Role.REGISTRAR], "report", Action.READ, None, "B.3: W only while registering"),
            ([Role.REVIEWER], "rating", Action.READ_MASKED, None, "B.3: —"),
            ([], "text", Action.READ, None, "no role, nothing"),
        ],
    )
    def test_picks_the_widest_cell(self, roles, thing, action, expected, why):
        found = allowed(roles, thing, action)
        assert (found.reach if found else None) == expected, why

    @pytest.mark.parametrize(
        ("broken", "why"),
        [
            (permissions.TABLE.replace("own:RW", "own:RQ", 1), "a letter that means nothing"),
            (permissions.TABLE.replace("own:RW", "far:RW", 1), "a reach that means nothing"),
            (permissions.TABLE.replace("own:RW", "own:RR", 1), "a letter twice"),
            (permissions.TABLE.replace("own:RW", "", 1), "an empty cell"),
            (permissions.TABLE.replace("| own:RW ", "", 1), "a cell too few"),
            (permissions.TABLE.replace("| PUB ", "| PUBLIC ", 1), "a column that is no caller"),
            (permissions.TABLE.replace("*report ", "*text ", 1), "a row twice"),
        ],
    )
    def test_refuses_a_table_that_cannot_be_read(self, broken, why):
        with pytest.raises(permissions.WrongTable):
            permissions.parse(broken)
            pytest.fail(why)
