import pytest

from xinqiao.rules.confidentiality import (
    IDENTITY_ACCESS,
    TERRITORY_ROLES,
    TEXT_ACCESS,
    Access,
    Interval,
    Reach,
    identity_access,
    is_in_accused_set,
)
from xinqiao.rules.stages import Kind, Role

COUNTY = Interval(1, 100)
HOUSING = Interval(10, 19)
HOUSING_STATION = Interval(12, 13)  # below the housing bureau
HOUSING_STATION_DESK = Interval(12, 12)
POLICE = Interval(20, 29)


class TestAccusedSet:
    @pytest.mark.parametrize(
        ("organisation", "accused", "cleared", "expected", "why"),
        [
            (HOUSING, [HOUSING], [], True, "the accused itself (C-01)"),
            (HOUSING_STATION, [HOUSING], [], True, "below the accused (C-02)"),
            (COUNTY, [HOUSING], [], False, "above the accused: somebody must be able to handle it"),
            (POLICE, [HOUSING], [], False, "a neighbour"),
            (POLICE, [HOUSING, POLICE], [], True, "the second of two accused"),
            (POLICE, [COUNTY], [], True, "the whole government is accused"),
            (POLICE, [], [], False, "nobody is accused"),
            (HOUSING_STATION, [HOUSING], [HOUSING_STATION], False, "cleared by the liaison (C-02)"),
            (HOUSING_STATION_DESK, [HOUSING], [HOUSING_STATION], False, "below a cleared one"),
            (HOUSING, [HOUSING], [HOUSING], True, "the accused cannot be cleared"),
            (HOUSING_STATION, [HOUSING], [HOUSING], True, "clearing the accused clears nobody below"),
            (HOUSING_STATION, [HOUSING, HOUSING_STATION], [HOUSING_STATION], True, "accused in its own right"),
            (HOUSING_STATION, [HOUSING], [COUNTY], True, "a clearance above the accused means nothing"),
        ],
    )
    def test_holds(self, organisation, accused, cleared, expected, why):
        assert is_in_accused_set(organisation, accused, cleared=cleared) is expected, why


class TestIdentityAccess:
    @pytest.mark.parametrize(
        ("roles", "kind", "secret", "expected", "why"),
        [
            ([Role.HANDLER], Kind.REQUEST, False, Access.FULL, "has to talk with the petitioner (R-31(六))"),
            ([Role.HANDLER], Kind.REQUEST, True, Access.NONE, "the unit only knows: 信访部门已掌握"),
            ([Role.SUPERVISOR], Kind.REQUEST, False, Access.MASKED, "B.3: org M"),
            ([Role.LEADER], Kind.REQUEST, False, Access.MASKED, "B.3: M"),
            ([Role.REGISTRAR], Kind.REQUEST, False, Access.FULL, "B.3: org W"),
            ([Role.REGISTRAR], Kind.REQUEST, True, Access.NONE, "B.3: W once"),
            ([Role.REGISTRAR], Kind.REPORT, False, Access.NONE, "B.3: only while registering"),
            ([Role.DISCIPLINE_LIAISON], Kind.REPORT, True, Access.FULL, "B.3: R with reason"),
            ([Role.ANALYST], Kind.REQUEST, False, Access.NONE, "B.3: —"),
            ([Role.SYSTEM_ADMINISTRATOR], Kind.REQUEST, False, Access.NONE, "B.3: —"),
            ([Role.CITIZEN], Kind.REPORT, True, Access.FULL, "own data"),
            ([Role.SUPERVISOR, Role.HANDLER], Kind.REQUEST, False, Access.FULL, "the role that sees most"),
            ([Role.OFFICE_LEADER], Kind.REPORT, True, Access.NONE, "the stricter of two reasons"),
            ([Role.HANDLER], None, True, Access.NONE, "secrecy holds before the kind is decided"),
            ([], Kind.REQUEST, False, Access.NONE, "no role, nothing"),
        ],
    )
    def test_is(self, roles, kind, secret, expected, why):
        assert identity_access(roles, kind=kind, secrecy_requested=secret) is expected, why

    @pytest.mark.parametrize("role", list(Role))
    def test_the_accused_never_see_who_reported(self, role):
        access = identity_access([role], kind=Kind.REPORT, secrecy_requested=False, in_accused_set=True)
        assert access is Access.NONE

    @pytest.mark.parametrize("role", list(Role))
    def test_secrecy_never_shows_more(self, role):
        row = IDENTITY_ACCESS[role]
        order = [Access.NONE, Access.MASKED, Access.FULL]
        assert order.index(row.secret) <= order.index(row.normal)
        assert order.index(row.report) <= order.index(row.normal)

    def test_only_the_liaison_and_the_citizen_read_a_confidential_identity(self):
        readers = {role for role, row in IDENTITY_ACCESS.items() if row.secret is not Access.NONE}
        assert readers == {Role.CITIZEN, Role.DISCIPLINE_LIAISON}


class TestTables:
    @pytest.mark.parametrize("role", list(Role))
    def test_every_role_has_its_rows(self, role):
        assert role in IDENTITY_ACCESS
        assert role in TEXT_ACCESS

    def test_administrators_read_no_petition(self):
        for role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDITOR):
            assert TEXT_ACCESS[role].access is Access.NONE

    def test_territory_is_for_few(self):
        assert {Role.SUPERVISOR, Role.OFFICE_LEADER, Role.ANALYST} == TERRITORY_ROLES

    def test_nobody_sees_reports_of_a_whole_territory(self):
        assert all(row.report_reach is not Reach.TERRITORY for row in TEXT_ACCESS.values())
