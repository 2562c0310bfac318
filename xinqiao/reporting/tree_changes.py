"""What of reports repeats the place of a unit in the tree, made right after units were founded or moved; the sums notice it by themselves."""

from django.db import connection


def rewrite_copies(organisations: list[int]) -> int:
    """Let the reports of these offices that are not issued yet be about the area that the office has now; returns how many differed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE reporting_report report SET about_lft = unit.territory_lft, about_rgt = unit.territory_rgt"
            " FROM organisations_organisation unit WHERE unit.id = report.office_id AND unit.id = ANY(%s) AND report.state <> 'issued'"
            "  AND (report.about_lft, report.about_rgt) <> (unit.territory_lft, unit.territory_rgt)",
            [organisations],
        )
        return cursor.rowcount
