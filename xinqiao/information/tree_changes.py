"""What of screening, reports and meetings repeats the place of a unit in the tree, made right after units were founded or moved."""

from django.db import connection, transaction

from xinqiao.organisations import tree

COPIES = ("information_task", "information_informationreport", "information_meeting")


@transaction.atomic
def rewrite_copies(organisations: list[int]) -> int:
    """Give the rows of these units, and the rounds that they ordered, the numbers of now; returns how many differed."""
    changed = tree.rewrite_copies(COPIES, organisations)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE information_round made SET lft = unit.territory_lft, rgt = unit.territory_rgt"
            " FROM organisations_officer post JOIN organisations_organisation unit ON unit.id = post.organisation_id"
            " WHERE post.id = made.ordered_by_id AND unit.id = ANY(%s)"
            "  AND (made.lft, made.rgt) <> (unit.territory_lft, unit.territory_rgt)",
            [organisations],
        )
        return changed + cursor.rowcount
