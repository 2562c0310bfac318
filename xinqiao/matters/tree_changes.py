"""What repeats the place of a unit in the tree, made right after units were founded or moved (architecture 3).

Desks carry `org_lft` for their lists and the search carries the units above; dashboards notice a changed tree by themselves
(`counted.tree_mark`). What somebody was kept out of (`Accused.org_lft`) is the place at that time and stays.
"""

from django.db import transaction

from xinqiao.organisations import tree

from . import entries


@transaction.atomic
def rewrite_copies(organisations: list[int]) -> int:
    """Give the desks and urgent reports of these units the numbers that the units have now; returns how many desks differed.

    In the transaction that renumbers, so that nobody sees one without the other, and once more after it: a step that was being taken
    meanwhile may have opened a desk with the old number.
    """
    tree.rewrite_copies(["matters_urgentreport"], organisations)
    return tree.rewrite_copies(["matters_referral"], organisations)


def owe_search(moved: list[int]) -> int:
    """Owe the entries of all matters at these units and below them, which others above may find now; returns how many."""
    return entries.owe_organisations(moved) if moved else 0
