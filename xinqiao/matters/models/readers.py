"""Who reads what, from the one table of B.3: the roles by which `visible_to` of matters and of desks decides."""

from xinqiao.rules.confidentiality import TEXT_ACCESS, Reach
from xinqiao.rules.stages import Role, Stage


def _roles(reach_of, *reaches: Reach) -> frozenset[Role]:
    return frozenset(role for role, row in TEXT_ACCESS.items() if reach_of(row) in reaches)


# Who reads what, from the one table of B.3: matters on a desk of the own organisation or territory, matters given to this very
# person, reports (检举控告) on an own desk, reports only while they are being registered.
READERS = _roles(lambda row: row.reach, Reach.ORGANISATION, Reach.TERRITORY)
ASSIGNED_READERS = _roles(lambda row: row.reach, Reach.ASSIGNED)
# A report that lies at the petition office is given to whoever triages there (B.3 "assigned"); to anybody else, by name.
REPORT_READERS = _roles(lambda row: row.report_reach, Reach.SEALED_LIST, Reach.COMPETENT, Reach.ORGANISATION) | {
    Role.TRIAGE
}
REPORT_GIVEN = _roles(lambda row: row.report_reach, Reach.ASSIGNED) - REPORT_READERS
REPORT_REGISTRARS = _roles(lambda row: row.report_reach, Reach.WHILE_REGISTERING)


def given_away(roles: frozenset[Role]) -> list[Stage]:
    """Stages of an own desk after which a report is closed to the office: it keeps a line of its register (C-08, C-15, T-63).

    What went to the discipline organ of the same level stays open to the liaison who follows it (B.3: DSL).
    """
    closed = [Stage.PASSED_SEALED, Stage.OFF_LINE]
    return closed if Role.DISCIPLINE_LIAISON in roles else [*closed, Stage.SENT_TO_DISCIPLINE]
