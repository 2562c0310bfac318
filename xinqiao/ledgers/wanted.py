"""What has to be there before an item is added, reported done or cancelled; each refusal says what to do instead (A-33, A-37, G.4)."""

from datetime import date, timedelta

from xinqiao.matters.act import MatterHidden
from xinqiao.matters.models import Accused, Matter
from xinqiao.organisations.models import Officer
from xinqiao.rules import wording
from xinqiao.rules.ledgers import LEDGERS, LIMITS, REASON_AT_LEAST, Guarantee, ItemAct, Sort, promise_in
from xinqiao.rules.refusals import StepRefused

from .models import Item

LONGEST_DAYS = 3 * 366  # for a limit: what is further off is nobody's task yet (INF)


def listable_matter(matter_id: int, by: Officer) -> Matter:
    """The matter, if `by` may open it and it may stand in a ledger (C-01). Raises MatterHidden, StepRefused."""
    matter = Matter.objects.visible_to(by).filter(pk=matter_id).first()
    if matter is None:
        raise MatterHidden
    if matter.sealed or Accused.objects.filter(matter=matter).exists():
        raise refusal("这一件按规定不列入台账。", "not_listed")
    return matter


def is_listed(item: Item) -> bool:
    return Item.objects.open().filter(sort=item.sort, matter=item.matter, organisation=item.organisation).exists()


def require_limit(limit_on: date, today: date) -> None:
    if not today <= limit_on <= today + timedelta(days=LONGEST_DAYS):
        raise refusal("完成期限请填今天或者以后的一天，最远三年。", "limit")


def require_people(item: Item) -> None:
    """Nobody is nobody (A-30): a person of the responsible organ, a leader where the ledger asks for one, both at work."""
    ledger = LEDGERS[Sort(item.sort)]
    if item.officer is None and ledger.needs_person:
        raise refusal("请选择责任人。没有责任人的事不能列入台账。", "no_person")
    if item.leader is None and ledger.needs_leader:
        raise refusal("请选择责任领导。领导包案不能没有领导。", "no_leader")
    if item.officer is not None and (item.officer.organisation_id != item.organisation_id or not item.officer.active):
        raise refusal("责任人应是责任单位在岗的人。请重新选择。", "not_their_person")
    if item.leader is not None and not item.leader.active:
        raise refusal("责任领导已经不在这个岗位。请重新选择。", "leader_gone")
    if item.leader is not None and item.leader_id == item.officer_id and ledger.needs_leader:
        raise refusal("责任领导和责任人应是两个人。请重新选择。", "same_person")


def require_evidence(item: Item) -> None:
    if not item.evidence.exists():
        raise refusal(
            "请附上办结的凭证：文件、文书或者办理记录，至少一样。没有凭证不能报告办结，也不能销号。", "no_evidence"
        )


def require_sheet(item: Item) -> None:
    """A case in charge of a leader ends when the facts are clear, the measure is done and each guarantee says what was done (A-37)."""
    if item.sort != Sort.LEADERS:
        return
    said = item.details
    missing = [one.label for one in Guarantee if len(wording.readable(said.get(one, ""))) < REASON_AT_LEAST]
    if missing:
        raise refusal(f"请先填好包案责任表：{'、'.join(missing)}。", "sheet_missing")
    if not said.get("visits"):
        raise refusal("请先在包案责任表里写下回访记录：哪一天、谁去的、谈了什么。", "visits_missing")
    if not (said.get("facts_clear") and said.get("measure_done")):
        raise refusal("事实没有查清、措施没有落实的，不能办结。请在包案责任表里确认。", "gate")


def words(text: str, field: str, limit: str) -> str:
    """The text as it is kept. Raises StepRefused for nothing, too much, and for a promise not to petition again (G.4)."""
    try:
        cleaned = wording.clean(text or "", limit=LIMITS[limit], field=field)
    except ValueError as error:
        raise refusal(str(error), limit) from error
    if not cleaned:
        raise refusal(f"请填写{field}。", limit)
    if word := promise_in(cleaned):
        raise refusal(
            f"{field}里不能写“{word}”：不得要求信访人承诺不再信访，也不以此作为办结。请写做了什么、解决了什么。", limit
        )
    return cleaned


def reason(text: str, act: ItemAct) -> str:
    said = words(text, "情况说明", "progress")
    if len(wording.readable(said)) < REASON_AT_LEAST:
        raise refusal(f"请把“{act.label}”的情况写具体（至少{REASON_AT_LEAST}个字）。", "reason_missing")
    return said


def refusal(message: str, code: str) -> StepRefused:
    return StepRefused(message, code=code)
