"""没有解决，请重新办: for 30 days the citizen opens again what was said to be solved (A-33, G.4)."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from xinqiao.ledgers import items
from xinqiao.ledgers.models import Item
from xinqiao.rules.ledgers import REASON_AT_LEAST, REOPEN_DAYS
from xinqiao.rules.stages import Step

from .acts import Act, ActForm, Prose
from .dossier import Dossier
from .listed import HIDDEN, cards
from .matter import needs_proof


class ReopenForm(ActForm):
    text = Prose(
        label="哪里没有解决", limit="question", required="请写下哪里没有解决。", rows=6,
        help_text=f"现在实际是什么样。至少写{REASON_AT_LEAST}个字。",
    )  # fmt: skip


@dataclass(frozen=True)
class Reopening(Act):
    """The citizen says that it is not solved: the item is open again, without asking anybody."""

    item_id: int = 0

    def is_offered(self, dossier: Dossier) -> bool:
        return any(card.item.pk == self.item_id and card.until for card in cards(dossier.matter, dossier.today))

    def take(self, dossier: Dossier, actor, *, at: datetime, facts: dict) -> None:
        items.dispute(self.item_id, by=actor, at=at, **facts)


@require_http_methods(["GET", "HEAD", "POST"])
@needs_proof
def page(request: HttpRequest, dossier: Dossier, actor, item_id: int) -> HttpResponse:
    """The form for one item of this matter; another's does not exist."""
    if not Item.objects.listable().filter(pk=item_id, matter=dossier.matter).exclude(sort__in=HIDDEN).exists():
        raise Http404
    act = Reopening(
        Step.NOTE_LEDGER, ReopenForm, "没有解决，请重新办", "提交", "已经收到，重新列入台账，由原来的单位继续办。",
        lead="单位说已经解决，经另一个人核对。您认为没有解决的，写下来，我们重新列入台账，不算重复信访。",
        note=f"核对后{REOPEN_DAYS}天内可以提出。", item_id=item_id,
    )  # fmt: skip
    return act.run(request, dossier, actor)
