"""Random walks through the procedure: whoever may do something does it, and after each step nothing has fallen between chairs.

Each walk is one matter, from the first day on: everybody who has a desk in it, the citizen and the platform (the sweep of limits) act in
a random order that a number decides, so a walk that fails can be walked again. What is checked after every step is the list `CHECKS`.
"""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils.timezone import localdate

from tests.matters.ways import CHECKS as NL_CHECKS
from tests.matters.ways import REPORT, proposal
from tests.world import World, at
from xinqiao.jobs import deadlines
from xinqiao.matters import steps
from xinqiao.matters.act import MatterHidden
from xinqiao.matters.actors import Citizen
from xinqiao.matters.history import broken_links
from xinqiao.matters.models import Event, Matter
from xinqiao.organisations.models import Officer
from xinqiao.organisations.tree import review_organs
from xinqiao.rules.moves import ANSWERED_OTHERWISE, CLOSED, DESK_DONE, steps_from
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.stages import Kind, ReferralKind, Route, Stage, Step
from xinqiao.rules.terms import OUTLIVE_THE_DESK, RIGHTS

pytestmark = pytest.mark.django_db

WALKS, STEPS = 36, 16
REASON = "按照职责分工，这件事归这个部门办理。"
# Told and over for this platform; another procedure, or a disagreement of the citizen, goes on from here.
ANSWERED = {*ANSWERED_OTHERWISE, Stage.OTHER_ROUTE, Stage.GUIDED, Stage.SENT_TO_DISCIPLINE,
            Stage.PASSED_SEALED, Stage.OFF_LINE}


def in_person(day):
    return {"manner": "in_person", "proof": {"signed_on": day, "signed_by": "王秀兰", "relation": "self"}}


def a_unit(walk):
    return walk.choice([walk.world.housing, walk.world.environment, walk.world.county_housing])


def an_organ(walk, instance):
    opinion = walk.matter.opinions.filter(instance=instance, state="served").order_by("-round").first()
    found = review_organs(opinion.organisation) if opinion else []
    return walk.choice(found).organ_id if found else 0


def ask(walk, instance):
    return {"organ_id": an_organ(walk, instance), "request": "重新处理", "facts": "没有查清", "late_reason": "生病住院"}


def sent(walk, **more):
    return {"to": a_unit(walk), "reason": REASON, **more}


def helped(walk):
    return sent(walk, co_handlers=[walk.world.police] if walk.random() < 0.4 else [])


def classified(walk):
    return {"kind": walk.kind, "content_class": walk.world.housing_class, "requests": ["修好屋顶", "赔偿"], "unseal_reason": REASON}


# Step -> what it is called with. A step that is not here takes nothing.
FACTS = {
    Step.REGISTER: lambda walk: {},
    Step.CORRECT_REGISTRATION: lambda walk: {"reason": "门牌号录错了，应为12号院", "title": "新标题"},
    Step.CLASSIFY: classified,
    Step.JOIN_REPEAT: lambda walk: {"earlier_id": walk.other},
    Step.MERGE: lambda walk: {"lead_id": walk.other},
    Step.UNMERGE: lambda walk: {"reason": "不是同一件事"},
    Step.SPLIT: lambda walk: {"title": "家具", "extract": "家具被泡坏。", "requests": ["赔家具"], "kind": Kind.REQUEST},
    Step.APPROVE_EXTRACT: lambda walk: {"agree": walk.random() < 0.8, "reason": REASON},
    Step.UNSEAL: lambda walk: {"agree": True, "reason": REASON},
    Step.PASS_SEALED: lambda walk: {"to": walk.world.region_discipline, "against": "higher"},
    Step.SEAL_OFF_LINE: lambda walk: {"receiver": "本局保密室", "handed_on": walk.today, "reason": REASON},
    Step.CLEAR_SUBORDINATE: lambda walk: {"organisation": walk.world.housing_station, "reason": REASON},
    Step.LIFT_CLEARANCE: lambda walk: {"organisation": walk.world.housing_station, "reason": REASON},
    Step.ASK_RECUSAL: lambda walk: {"reason": "承办人徐某是开发公司经理的弟弟。"},
    Step.WITHDRAW_FROM_HANDLING: lambda walk: {"reason": "信访人是我的近亲属，应当回避。"},
    Step.DECIDE_RECUSAL: lambda walk: {"granted": False, "reason": "经核实，没有亲属关系。", "leader": "分管副专员"},
    Step.TRANSFER: helped,
    Step.TRANSFER_DOWN: lambda walk: sent(walk) | {"to": walk.choice([walk.world.county_housing, walk.world.county_office])},
    Step.ASSIGN: lambda walk: sent(walk, importance="涉及居住安全", report_due_on=walk.today + timedelta(days=60)),
    Step.REPORT_UP: lambda walk: {"proposal": "建议由行署领导召集有关部门研究。"},
    Step.RETURN_FROM_LEADERSHIP: lambda walk: {"decision": "由住建局牵头办理"},
    Step.TRANSFER_POLITICAL_LEGAL: lambda walk: {"to": walk.world.court, "reason": REASON},
    Step.GUIDE: lambda walk: {"to": walk.world.court, "basis": "信访工作条例第二十条", "bring": "身份证"},
    Step.TRANSFER_DISCIPLINE: lambda walk: {"to": walk.world.discipline},
    Step.REPLY_DIRECTLY: lambda walk: {"text": "公租房申请请到街道窗口办理，带好身份证。"},
    Step.FILE_WITHOUT_ACTION: lambda walk: {"reason": "thanks"},
    Step.OBJECT_TO_FILING: lambda walk: {"text": "我不是来感谢的，房子还在漏。"},
    Step.REFUSE_AGAIN_AT_OFFICE: lambda walk: {"checks": NL_CHECKS},
    Step.ANSWER_OBJECTION_AGREE: lambda walk: {"reason": "经核实属于县住建局职权，同意退回。"},
    Step.ANSWER_OBJECTION_REFUSE: lambda walk: {"reason": "房屋质量监督由地区局负责，不同意退回。"},
    Step.DISPUTE_JURISDICTION: lambda walk: {"opinion": "两家都说不归自己管"},
    Step.DECIDE_JURISDICTION: sent,
    Step.RAISE_OBJECTION: lambda walk: {"reasons": "房屋在保修期内由县局监管，不属于本局。", "competent_organ": "县住建局", "basis": "分工规定"},
    Step.ALLOW_LATE_OBJECTION: lambda walk: {"reason": "分工清单上周才公布，单位收到时还不知道。"},
    Step.NOTIFY_ROUTE: lambda walk: {
        "route": Route.ARBITRATION, "reasons": "双方是劳动关系争议，应当先申请仲裁。", "basis": "", "opened_by_unit": False,
        "apply_to": "劳动人事争议仲裁委员会", "apply_how": "书面申请", "apply_until": "一年内",
    },
    Step.PASS_DOWN: lambda walk: {"to": walk.world.county_housing, "reason": REASON},
    Step.REFUSE: lambda walk: {
        "ground": "NA-1", "fields": {"organ": "青石县住建局", "date": "2026年2月1日", "due": "2026年4月2日"},
        "facts": "同一事项县局正在办理。", "where_to_turn": "请等待县局答复",
    },
    Step.REFUSE_AGAIN: lambda walk: {"checks": NL_CHECKS},
    Step.START_HANDLING: lambda walk: {"handler": walk.handler_beside(), "no_interest": True},
    Step.RECORD_CONTACT: lambda walk: {"manner": "phone", "text": "电话联系王秀兰，约定周三上门查看。"},
    Step.CONVERT_TO_ORDINARY: lambda walk: {"reason": "需要鉴定，十个工作日办不完。"},
    Step.REQUEST_EXTENSION: lambda walk: {"days": 20, "reasons": "需要委托机构鉴定渗漏原因。"},
    Step.EXTEND: lambda walk: {"days": 20, "reasons": "需要委托机构鉴定渗漏原因。"},
    Step.DECLINE_EXTENSION: lambda walk: {"reason": "情况不复杂，请按期办理"},
    Step.RETURN_OPINION: lambda walk: {"note": "第二项请写清理由"},
    Step.SERVE_OPINION: lambda walk: in_person(walk.today),
    Step.CO_ANSWER: lambda walk: {"text": "我局核查没有发现环境方面的问题。"},
    Step.SETTLE: lambda walk: {
        "sort": "和解", "parties": [{"name": "王秀兰"}, {"name": "宏远公司"}], "dispute": "屋顶漏水的维修和赔偿",
        "terms": ["公司修好屋面"], "performance": "一次付清", "effective_on": walk.today,
    },
    Step.RECORD_AGREEMENT_PERFORMED: lambda walk: {"proof": "屋面已修好，赔偿款已付，有收条。"},
    Step.RECORD_AGREEMENT_BROKEN: lambda walk: {"reason": "公司到期没有付款"},
    Step.START_EXECUTION: lambda walk: {"plan": "四月底前进场维修屋面"},
    Step.REPORT_EXECUTION: lambda walk: {"text": "屋面防水层已经更换并试水验收。"},
    Step.DISPUTE_EXECUTION: lambda walk: {"text": "只补了一块，雨天还漏。"},
    Step.REPLY_TO_SUGGESTION: lambda walk: {"decision": "部分采纳", "reasons": "已列入明年改造项目清单。"},
    **dict.fromkeys((Step.DRAFT_COMPLETION, Step.REPORT_COMPLETION), lambda walk: REPORT),
    Step.RETURN_COMPLETION: lambda walk: {"missing": "没有写明第二项诉求怎样处理。", "report_due_on": walk.today + timedelta(days=9)},
    Step.RELAY_COMPLETION: lambda walk: {**REPORT, "review": "经审核，事实清楚，处理恰当，同意认定办结。"},
    Step.REQUEST_REVIEW: lambda walk: ask(walk, "handling"),
    Step.FORWARD_REVIEW: lambda walk: {"to": walk.world.region_housing, "reason": "申请人选择向自治区厅申请"},
    Step.REFUSE_REVIEW: lambda walk: {"ground": "pending", "facts": "同一事项法院正在审理。"},
    Step.SERVE_REVIEW_OPINION: lambda walk: in_person(walk.today),
    Step.REQUEST_RECHECK: lambda walk: ask(walk, "review"),
    Step.REFUSE_RECHECK: lambda walk: {"ground": "pending", "facts": "同一事项法院正在审理。"},
    Step.OPEN_HEARING: lambda walk: {"held_on": walk.today + timedelta(days=9), "place": "听证室", "host": "罗主持"},
    Step.CLOSE_HEARING: lambda walk: {"conclusion": "听证认为原意见事实清楚。"},
    Step.SERVE_RECHECK_OPINION: lambda walk: in_person(walk.today),
    Step.SUPPLEMENT: lambda walk: {"text": "又拍了两张照片。"},
    Step.ASK_PROGRESS: lambda walk: {"text": "什么时候来修？"},
    Step.RATE: lambda walk: {"target": walk.choice(["office", "unit"]), "value": "satisfied"},
    Step.REQUEST_WITHDRAWAL: lambda walk: {"free_will": True, "promise_or_threat": "没有"},
    Step.END_OTHER_ROUTE: lambda walk: {"result": "法院已经立案，将依法审理判决。"},
    Step.ASK_SUPERVISION: lambda walk: {"text": "说好上门，一直没有人来，请督促。"},
    Step.PROPOSE_SUPERVISION: lambda walk: proposal(walk.world, walk.matter) | {"answer_by_on": walk.today + timedelta(days=15)},
    Step.DECLINE_SUPERVISION: lambda walk: {"reason": "单位昨天已经书面告知，不用再督办。"},
    Step.ANSWER_SUPERVISION: lambda walk: {"text": "已经上门查看，四月底前修好屋顶。"},
    Step.RETURN_SUPERVISION: lambda walk: {"reason": "没有说清楚为什么拖了一个月。", "answer_by_on": walk.today + timedelta(days=9)},
    Step.CLOSE_SUPERVISION: lambda walk: {"outcome": "单位已经上门维修，信访人确认。"},
    Step.NOTE_LEDGER: lambda walk: {"item": 1, "doing": "dispute", "text": "昨天下雨，屋顶又漏水了。"},
}  # fmt: skip
# Taken seldom, so that walks get far: they end the matter, or change little.
SELDOM = {
    Step.PASS_SEALED, Step.SEAL_OFF_LINE, Step.CLEAR_SUBORDINATE, Step.ASK_RECUSAL, Step.WITHDRAW_FROM_HANDLING,
    Step.GUIDE, Step.TRANSFER_POLITICAL_LEGAL, Step.REFUSE_AGAIN_AT_OFFICE, Step.REFUSE_AGAIN, Step.JOIN_REPEAT, Step.MERGE, Step.SPLIT,
    Step.CORRECT_REGISTRATION, Step.CLASSIFY, Step.SUPPLEMENT, Step.ASK_PROGRESS, Step.RATE, Step.RECORD_CONTACT, Step.REFUSE,
    Step.FILE_WITHOUT_ACTION, Step.REPLY_DIRECTLY, Step.NOTIFY_ROUTE, Step.REPORT_UP, Step.REQUEST_WITHDRAWAL, Step.SETTLE,
    Step.REFUSE_REVIEW, Step.REFUSE_RECHECK, Step.TRANSFER_DISCIPLINE, Step.REQUEST_EXTENSION, Step.ANSWER_PROGRESS,
    Step.ASK_SUPERVISION, Step.PROPOSE_SUPERVISION, Step.DECLINE_SUPERVISION, Step.NOTE_LEDGER,
}  # fmt: skip


class Walk:
    """One matter on its way. `here` is the officer whose turn it is."""

    def __init__(self, world: World, number: int, other: int):
        self.rng = random.Random(number)
        self.choice, self.random = self.rng.choice, self.rng.random
        self.world, self.other, self.now, self.taken = world, other, at("2026-03-02"), []
        self.kind = self.rng.choices([Kind.REQUEST, Kind.SUGGESTION, Kind.REPORT], [8, 2, 1])[0]
        by = world.qian_receives if self.random() < 0.15 else Citizen()
        purpose = {Kind.REQUEST: "solve", Kind.SUGGESTION: "suggest", Kind.REPORT: "accuse"}[self.kind]
        self.matter_id = world.file("2026-03-02", by=by, purpose=purpose).matter_id
        self.here = None

    @property
    def matter(self) -> Matter:
        return Matter.objects.get(pk=self.matter_id)

    @property
    def today(self):
        return localdate(self.now)

    def handler_beside(self) -> Officer:
        posts = Officer.objects.filter(organisation=self.here.organisation).select_related("user", "organisation")
        posts = posts.order_by("pk")
        return next((post for post in posts if "handler" in post.roles), self.here)

    def possible(self) -> list[tuple[object, Step]]:
        """(actor, step) of everything that a page would offer now."""
        matter = self.matter
        kind = Kind(matter.kind) if matter.kind else None
        citizen = Citizen(matter_id=matter.pk)
        found = [(citizen, move.step) for move in steps_from(Stage(matter.stage), citizen.role_set, on="matter")]
        desks = list(matter.referrals.order_by("pk"))
        for post in self.world.posts:
            for desk in (one for one in desks if one.organisation_id == post.organisation_id):
                where = {"desk_kind": ReferralKind(desk.kind), "kind": kind}
                moves = steps_from(Stage(desk.stage), post.role_set, on="desk", **where)
                found += [(post, move.step) for move in moves]
        return [(by, step) for by, step in found if step not in SELDOM or self.random() < 0.25]

    def go_on(self) -> None:
        """Some days pass, the platform looks at the limits, then somebody takes a step (or is told why not)."""
        self.now += timedelta(days=self.rng.choices([0, 1, 3, 17, 40], [8, 8, 4, 1, 1])[0], hours=1)
        while deadlines.complete_withdrawals(self.now) + deadlines.sweep(self.now):
            pass
        possible = self.possible()
        if not possible:
            return
        by, step = self.choice(possible)
        self.here = by
        facts = FACTS.get(step, lambda walk: {})(self)
        if step is Step.ANSWER_PROGRESS:
            question = self.matter.records.filter(sort="question").last()
            facts = {"question_id": question.pk if question else 0, "text": "周三上午去。"}
        try:
            with transaction.atomic():
                if step in (Step.SUBMIT_OPINION, Step.ISSUE_REVIEW_OPINION, Step.ISSUE_RECHECK_OPINION):
                    self.draft(by, step)
                steps.FUNCTIONS[step](self.matter_id, by=by, at=self.now, **facts)
            self.taken.append(step)
        except (StepRefused, MatterHidden):
            pass

    def draft(self, by, step: Step) -> None:
        when = f"{self.now:%Y-%m-%d %H:%M}"
        if step is Step.SUBMIT_OPINION:
            outcome = self.choice(["support", "not_support"])
            answers = self.world.answers(outcome)[: self.matter.requests.count()]
            self.world.draft(self.matter, when, by=by, answers=answers)
            return
        outcome = self.choice(["uphold", "revoke"])
        redo_on = self.today + timedelta(days=30) if outcome == "revoke" else None
        article = "第三十五条" if step is Step.ISSUE_REVIEW_OPINION else "第三十六条"
        self.world.draft(
            self.matter, when, by=by, facts="查明的事实与原意见一致。", answers=[], reasons="原意见认定事实清楚，依据正确。",
            basis=[{"title": "信访工作条例", "article": article}], body="决定如上。", outcome=outcome, redo_by_on=redo_on,
            not_worse=True,
        )  # fmt: skip


# ---- what must be true after every step ---------------------------------------------------------------------------------


def stages_are_of_the_list(matter, desks, clocks):
    assert matter.stage in set(Stage) and all(desk.stage in set(Stage) for desk in desks)


def no_limit_runs_twice_on_one_desk(matter, desks, clocks):
    twice = [key for key, n in Counter((c.term, c.referral_id) for c in clocks).items() if n > 1]
    assert not twice, twice


def an_open_matter_is_somebodys(matter, desks, clocks):
    """It has an open desk, or a running limit: nothing falls between chairs. (Withdrawn: the citizen has 30 days.)"""
    if matter.stage in CLOSED or matter.stage in ANSWERED:
        return
    assert any(desk.is_open for desk in desks) or clocks, f"nobody has it in {matter.stage}"


def a_closed_matter_asks_nothing(matter, desks, clocks):
    """Nobody works on it, but for carrying out what was promised, and an office that waits for the report on it."""
    if matter.stage not in CLOSED:
        return
    left = {desk.pk: desk.stage for desk in desks if desk.is_open}
    assert set(left.values()) <= {Stage.EXECUTING, Stage.EXECUTED, Stage.ASSIGNED}, left
    waiting = {(c.term, left.get(c.referral_id)) for c in clocks if c.holder == "office" and c.term not in OUTLIVE_THE_DESK}
    assert waiting <= {("ASSIGN_N", Stage.ASSIGNED)}, waiting


def a_desk_that_is_done_owes_nothing(matter, desks, clocks):
    done = {desk.pk for desk in desks if not desk.is_open}
    owed = {c.term for c in clocks if c.holder == "office" and c.referral_id in done and c.term not in OUTLIVE_THE_DESK}
    assert not owed, owed


def only_done_or_resting_desks_are_closed(matter, desks, clocks):
    for desk in desks:
        resting = matter.stage == Stage.WITHDRAWN
        assert desk.is_open == (desk.stage not in DESK_DONE) or (resting and not desk.is_open), (desk.kind, desk.stage)


def a_desk_shows_its_nearest_duty(matter, desks, clocks):
    for desk in desks:
        own = [c.due_on for c in clocks if c.referral_id == desk.pk and c.holder == "office" and c.term not in RIGHTS]
        assert desk.due_on == min(own, default=None), (desk.stage, desk.due_on, own)


def what_was_withdrawn_rests(matter, desks, clocks):
    if matter.stage == Stage.WITHDRAWN:
        assert not any(desk.is_open for desk in desks)
        assert {c.term for c in clocks} <= {"WITHDRAW_RESUME30"}
    else:
        assert matter.stage_before == ""
        assert not matter.clocks.filter(state="paused").exclude(term="RECHECK_DEC30").exists()


def the_chain_is_whole(matter, desks, clocks):
    events = list(Event.objects.filter(matter=matter).order_by("seq"))
    assert not list(broken_links(events))
    assert matter.event_count == len(events) and matter.chain_head == events[-1].hash


CHECKS = (
    stages_are_of_the_list, no_limit_runs_twice_on_one_desk, an_open_matter_is_somebodys, a_closed_matter_asks_nothing,
    a_desk_that_is_done_owes_nothing, only_done_or_resting_desks_are_closed, a_desk_shows_its_nearest_duty,
    what_was_withdrawn_rests, the_chain_is_whole,
)  # fmt: skip


def faults(matter: Matter) -> list[str]:
    desks, clocks = list(matter.referrals.all()), list(matter.clocks.filter(state="running"))
    found = []
    for check in CHECKS:
        try:
            check(matter, desks, clocks)
        except AssertionError as error:
            found.append(f"{check.__name__}: {str(error).splitlines()[0] if str(error) else ''}")
    return found


def walk_once(world: World, number: int, other: int, caplog) -> list[str]:
    """Walks as far as STEPS or the first fault; leaves nothing behind."""
    with transaction.atomic():
        walk = Walk(world, number, other)
        found = faults(walk.matter)
        for _ in range(STEPS):
            walk.go_on()
            found = faults(walk.matter) + [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
            if found:
                break
        transaction.set_rollback(True)
    caplog.clear()
    way = " > ".join(step.value for step in walk.taken)
    return [f"walk {number} ({way}): {fault}" for fault in found]


def test_random_walks_leave_nothing_between_chairs(db, caplog):
    world = World()
    world.posts = list(Officer.objects.select_related("user", "organisation").order_by("pk"))
    other = world.file("2026-02-27").matter_id
    broken = [line for number in range(WALKS) for line in walk_once(world, number, other, caplog)]
    assert not broken, "\n" + "\n".join(broken)
