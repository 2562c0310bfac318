"""What of findings, samples and alike ratings repeats the place of a unit in the tree, made right after units were founded or moved."""

from xinqiao.organisations import tree

COPIES = ("supervision_finding", "supervision_sheet", "supervision_alikeratings")


def rewrite_copies(organisations: list[int]) -> int:
    """Give the rows of these units the numbers of now; returns how many differed."""
    return tree.rewrite_copies(COPIES, organisations)
