"""Whether what the history sealed is still under seal: opened past the program, a report would stand before the unit it is against (C-01)."""

import json
from collections.abc import Iterator

from xinqiao.rules.stages import Kind, Step

from .finding import Finding, Told, counted, stream

SEALING = [Step.TRANSFER_DISCIPLINE.value, Step.PASS_SEALED.value, Step.SEAL_OFF_LINE.value]
# Only these decide it again: another class, and the second person who agreed that it is none.
DECIDING = [Step.CLASSIFY.value, Step.UNSEAL.value]
# Few rows: matters that lie open, and an event that says they should not.
OPEN = """
SELECT e.matter_id, e.seq, e.step, e.facts_text FROM matters_event e JOIN matters_matter m ON m.id = e.matter_id AND NOT m.sealed
WHERE (e.step = ANY(%s) OR (e.step = 'classify' AND e.facts_text LIKE %s) OR (e.step = 'unseal' AND e.facts_text LIKE %s))
AND NOT EXISTS (SELECT 1 FROM matters_event later WHERE later.matter_id = e.matter_id AND later.seq > e.seq AND later.step = ANY(%s))
ORDER BY e.matter_id
"""


def opened(told: Told) -> Iterator[Finding]:
    """Each matter that lies open although the last word of its history is that it is a report."""
    rows = stream(OPEN, [SEALING, f'%"kind":"{Kind.REPORT}"%', '%"agree":false%', DECIDING])
    for matter_id, seq, step, facts in counted(rows, told):
        if step != Step.CLASSIFY or _kind(facts) == Kind.REPORT:
            yield Finding(
                "matters_matter", matter_id, matter_id, seq, "is not under seal any more, and nobody opened it"
            )


def _kind(facts: str) -> str:
    try:
        return json.loads(facts).get("kind", "")
    except (ValueError, AttributeError):
        return ""  # its chain is broken, and told already
