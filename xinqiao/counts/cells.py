"""One cell: what a matter counts as. Two matters in one cell are the same to every figure."""

from datetime import date
from typing import NamedTuple

UNDECIDED = 0  # content class of a matter that was not classified yet


class Cell(NamedTuple):
    """`month`: first day of the month in which it was received (Asia/Shanghai). `kind` is empty until it was decided.

    `protected`: a report (检举控告), or a matter that names somebody who must not learn of it (C-01): in no figure by unit, stage, kind,
    class or channel, so that nobody can conclude from a figure what no list shows them.
    """

    org_id: int
    stage: str
    kind: str
    class_id: int
    channel: str
    month: date
    protected: bool


COLUMNS = ", ".join(Cell._fields)
