"""Unit: which organ is competent, by class, place, level and history (R-22: 属地管理、分级负责)."""

from xinqiao.organisations.models import Officer, Organisation

from .text.proposal import Candidate, Reading


def propose_units(
    reading: Reading,
    class_code: str = "",
    place: Organisation | None = None,
    received_by: Organisation | None = None,
    officer: Officer | None = None,
    *,
    matter_id: int | None = None,
) -> list[Candidate]:
    """Competent organs (value: pk of the Organisation, as text), the likeliest first; without those accused in `matter_id` (C-01).

    Precedents count only where `officer` may see them; without an officer there are none.
    """
    return []
