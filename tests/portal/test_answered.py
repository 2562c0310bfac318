"""Published answers: only with consent and a second person, without identities, gone at once; and help before filing that never blocks (I-17, PIPL 25)."""

import pytest
from django.test import Client

from tests.portal.follow.conftest import Visitor
from tests.portal.walk import STORY, Walk, url
from tests.world import World, at, client_of
from xinqiao.analysis import answered, published
from xinqiao.analysis.models import PublicAnswer
from xinqiao.integrity.models import AuditEntry
from xinqiao.matters.models import Matter
from xinqiao.reporting.indicators import facts
from xinqiao.reporting.models import Fact
from xinqiao.rules.refusals import StepRefused
from xinqiao.rules.routes import SPOKEN_OF, suggest
from xinqiao.rules.stages import Kind, Stage

pytestmark = pytest.mark.django_db
CONTENT = STORY + "我叫王秀兰，电话13800138000。邻居业主李国强，家里也漏。"
AT = at("2026-03-30")


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path


@pytest.fixture
def world():
    return World()


@pytest.fixture
def receipts(world, monkeypatch):
    found, original = [], world.file
    monkeypatch.setattr(world, "file", lambda *args, **changes: found.append(original(*args, **changes)) or found[-1])
    return found


@pytest.fixture
def matter(world, receipts):
    """Answered and over, with the citizen's consent."""
    said = {"facts": "漏水属实。", "evidence": ["照片"]}
    found = world.issued(drafted="2026-03-20", issued="2026-03-21", opinion=said, publish_consent=True, content=CONTENT)
    Matter.objects.filter(pk=found.pk).update(stage=Stage.ENDED_WINDOW)
    return Matter.objects.get(pk=found.pk)


@pytest.fixture
def prepared(world, matter):
    row = published.start(matter, by=world.li_triages, at=AT)
    return published.save(
        row,
        by=world.li_triages,
        at=AT,
        revision=0,
        title="新房屋顶漏水，保修期内谁来修？",
        question=row.question,
        answer=row.answer,
    )


@pytest.fixture
def shown(world, prepared):
    """Prepared by 李甄别, let through by 王局长."""
    published.hand_in(prepared, by=world.li_triages, at=AT)
    published.approve(prepared, by=world.wang_leads_office, at=AT, revision=1, read=True)
    return PublicAnswer.objects.get()


def published_of(matter) -> list[tuple]:
    """公开回复率 of this matter after the worker's next turn: (organ, day, numerator)."""
    facts.keep(AT)
    return list(Fact.objects.filter(code="published", matter=matter).values_list("organisation_id", "day", "numerator"))


def everybody_reads(row) -> bool:
    anybody = Client()
    listed = (
        row.title in anybody.get(url("answered")).content.decode()
        or f"/answered/{row.pk}/" in anybody.get(url("answered")).content.decode()
    )
    found = f"/answered/{row.pk}/" in anybody.get(url("answered"), {"q": "屋顶"}).content.decode()
    opened = anybody.get(url("answered_one", row.pk)).status_code == 200
    hinted = row.pk in [one.pk for one in answered.like(STORY)]
    assert listed == found == opened == hinted
    return opened


class TestDraft:
    def test_nothing_of_what_is_known_or_looks_like_somebody_is_in_it(self, world, matter):
        row = published.start(matter, by=world.li_triages, at=AT)
        text = row.title + row.question + row.answer
        for told in ("王秀兰", "13800138000", "李国强", "12号院", "3号楼", "和平路12号院3号楼"):
            assert told not in text
        assert "屋顶就漏" in text

    def test_no_town_and_no_village_stays_in_it(self, world, matter):
        text = "我在柳河镇种地，青石县没有发补贴。"
        assert published._nobody(text) == "我在某镇种地，青石县没有发补贴。"

    def test_what_is_left_is_pointed_at(self, world, prepared):
        prepared.question = "业主张建国住在5栋，车牌云A12345。"
        assert published.warnings(prepared) == ["张建国", "5栋", "云A12345"]

    def test_the_name_of_the_citizen_is_never_let_through(self, world, prepared):
        row = published.save(
            prepared, by=world.li_triages, at=AT, revision=1, title="漏水", question="我是王秀兰", answer="已修好。"
        )
        with pytest.raises(StepRefused, match="请删去"):
            published.hand_in(row, by=world.li_triages, at=AT)


WRONG = [
    ({"publish_consent": False}, "没有同意", "no consent"),
    ({"sealed": True, "kind": Kind.REPORT}, "检举控告", "a report"),
    ({"secrecy": True}, "要求保密", "a wish for secrecy"),
    ({"anonymous": True}, "匿名", "anonymous"),
    ({"stage": Stage.OPINION_SERVED}, "还没有办结", "not over yet"),
]  # fmt: skip


class TestWhatIsNeverPublic:
    @pytest.mark.parametrize(("changes", "words", "why"), WRONG, ids=[row[2] for row in WRONG])
    def test_it_is_not_prepared(self, world, matter, changes, words, why):
        Matter.objects.filter(pk=matter.pk).update(**changes)
        with pytest.raises(StepRefused, match=words):
            published.start(Matter.objects.get(pk=matter.pk), by=world.li_triages, at=AT)

    @pytest.mark.parametrize(("changes", "words", "why"), WRONG, ids=[row[2] for row in WRONG])
    def test_what_becomes_so_later_is_gone_at_once(self, shown, changes, words, why):
        assert everybody_reads(shown)
        Matter.objects.filter(pk=shown.matter_id).update(**changes)
        assert not everybody_reads(shown)


class TestSecondPerson:
    def test_nothing_is_public_before(self, world, prepared):
        assert not everybody_reads(prepared)
        published.hand_in(prepared, by=world.li_triages, at=AT)
        assert not everybody_reads(prepared)

    def test_not_the_one_who_wrote_it(self, world, matter):
        row = published.start(matter, by=world.wang_leads_office, at=AT)
        row = published.save(
            row, by=world.wang_leads_office, at=AT, revision=0, title="漏水", question="屋顶漏水。", answer="予以支持。"
        )
        published.hand_in(row, by=world.wang_leads_office, at=AT)
        with pytest.raises(StepRefused, match="另一位同事"):
            published.approve(row, by=world.wang_leads_office, at=AT, revision=1, read=True)

    def test_not_without_having_read_it(self, world, prepared):
        published.hand_in(prepared, by=world.li_triages, at=AT)
        with pytest.raises(StepRefused, match="逐字读完"):
            published.approve(prepared, by=world.wang_leads_office, at=AT, revision=1, read=False)

    def test_not_another_text_than_was_read(self, world, prepared):
        published.hand_in(prepared, by=world.li_triages, at=AT)
        with pytest.raises(StepRefused, match="重新读"):
            published.approve(prepared, by=world.wang_leads_office, at=AT, revision=0, read=True)

    def test_who_may_not_approve_does_not(self, world, prepared):
        published.hand_in(prepared, by=world.li_triages, at=AT)
        with pytest.raises(StepRefused, match="岗位"):
            published.approve(prepared, by=world.sun_supervises, at=AT, revision=1, read=True)

    def test_what_is_public_is_not_changed(self, world, shown):
        with pytest.raises(StepRefused, match="先撤下"):
            published.save(shown, by=world.li_triages, at=AT, revision=1, title="别的", question="别的", answer="别的")


class TestDeskPages:
    def test_by_number_to_the_public_page(self, world, matter):
        triage, leader = client_of(world.li_triages), client_of(world.wang_leads_office)
        assert matter.number in triage.get("/desk/published/").content.decode()
        one = triage.post("/desk/published/new/", {"matter": matter.number}).url
        row = PublicAnswer.objects.get()
        typed = {
            "title": "新房屋顶漏水",
            "question": row.question,
            "answer": row.answer,
            "revision": "0",
            "do": "hand_in",
        }
        assert triage.post(one, typed).status_code == 302
        refused = leader.post(one, {"do": "approve", "revision": "1"})
        assert (refused.status_code, "逐字读完" in refused.content.decode()) == (422, True)
        assert leader.post(one, {"do": "approve", "revision": "1", "read": "on"}).status_code == 302
        assert everybody_reads(row)
        answered_here = (world.office.pk, at("2026-03-21").date())
        assert published_of(matter) == [(*answered_here, 1)]
        triage.post(one, {"do": "withdraw", "reason": "规定改了"})
        assert not everybody_reads(row)
        assert published_of(matter) == [(*answered_here, 0)]

    def test_another_office_finds_nothing(self, world, shown):
        there = client_of(world.feng_in_county)
        assert there.get(f"/desk/published/{shown.pk}/").status_code == 404
        assert (
            "没有找到这个编号"
            in there.post("/desk/published/new/", {"matter": shown.matter.number}, follow=True).content.decode()
        )

    def test_a_handler_has_no_such_page(self, world):
        assert client_of(world.xu_handles).get("/desk/published/").status_code == 404


class TestConsent:
    def test_the_citizen_takes_it_back_and_it_is_gone(self, world, receipts, shown):
        visitor = Visitor(receipts[-1].number, receipts[-1].query_code)
        visitor.proves()
        client = visitor.client
        page = client.get(url("unpublish", shown.matter.number))
        assert shown.title in page.content.decode()
        assert [hit for _organ, _day, hit in published_of(shown.matter)] == [1]
        client.post(url("unpublish", shown.matter.number))
        assert not everybody_reads(shown)
        assert published_of(shown.matter) == []  # no answer that might be public any more
        row = PublicAnswer.objects.get()
        assert (row.question, row.answer, row.tokens) == ("", "", [])
        with pytest.raises(StepRefused, match="收回"):
            published.start(shown.matter, by=world.li_triages, at=AT)

    def test_an_officer_takes_it_back_for_whoever_says_so(self, world, shown):
        client = client_of(world.wang_leads_office)
        page = f"/desk/published/{shown.pk}/"
        assert client.post(page, {"do": "consent_back", "how": ""}).status_code == 422
        assert everybody_reads(shown)
        assert client.post(page, {"do": "consent_back", "how": "来电，本人核对过编号"}).status_code == 302
        assert not everybody_reads(shown)
        row = PublicAnswer.objects.get()
        assert (row.question, row.answer, row.withdrawn_by, row.withdrawn_at) == (
            "",
            "",
            world.wang_leads_office,
            row.consent_withdrawn_at,
        )
        entry = AuditEntry.objects.filter(kind="published", matter_id=shown.matter_id).latest("pk")
        assert "consent_withdrawn" in entry.detail_text
        assert entry.officer_id == world.wang_leads_office.pk
        assert "来电，本人核对过编号" in client.get(page).content.decode()
        assert client_of(world.xu_handles).post(page, {"do": "consent_back", "how": "来电"}).status_code == 404

    def test_taken_back_before_anything_was_prepared(self, world, matter):
        published.take_back_consent(matter, at=AT)
        assert published.why_not(matter) == "信访人已经收回同意。"


class TestPublicPages:
    def test_nothing_yet(self, world):
        assert "还没有公开的答复" in Client().get(url("answered")).content.decode()

    def test_nothing_found(self, shown):
        assert "没有找到和“养老保险”有关的" in Client().get(url("answered"), {"q": "养老保险"}).content.decode()

    @pytest.mark.parametrize(
        "query", [{"q": "\x00' OR 1=1"}, {"q": "漏" * 500}, {"after": "x"}, {"after": "9" * 30}, {"q": "漏"}]
    )
    def test_odd_input_is_no_error(self, shown, query):
        assert Client().get(url("answered"), query).status_code == 200

    def test_the_page_says_where_and_who_answered_and_no_number(self, world, shown):
        text = Client().get(url("answered_one", shown.pk)).content.decode()
        assert world.housing.name in text
        assert shown.matter.number not in text

    def test_page_by_page(self, shown, monkeypatch):
        monkeypatch.setattr(answered, "PAGE_ROWS", 1)
        assert answered.newest().after is None
        PublicAnswer.objects.filter(pk=shown.pk)
        assert answered.newest(after=shown.pk).rows == []


def story_page(world, story):
    walk = Walk(world)
    walk.begin()
    for slug in ("kind", "elsewhere", "place"):
        walk.answer(slug, **walk.answers()[slug])
    return walk, walk.answer("story", content=story)


class TestHelpBeforeFiling:
    def test_what_others_asked_stands_below_a_page_that_is_passed_anyway(self, world, shown):
        walk, after = story_page(world, "新房屋顶漏水，报修没人管，物业推开发商。")
        assert after.url == url("file", "requests")
        page = walk.open("requests").content.decode()
        assert shown.title in page
        assert page.index("继续") < page.index(shown.title)

    def test_the_number_of_pages_is_the_same(self, world, shown):
        steps = []
        for story in ("新房屋顶漏水，报修没人管。", "路灯不亮。"):
            walk, _after = story_page(world, story)
            context = walk.open("requests").context
            steps.append((context["step"], context["total"]))
        assert steps[0] == steps[1]

    def test_nobody_has_to_press_anything(self, world, shown):
        walk = Walk(world).fill(story={"content": "新房屋顶漏水，拖欠工资，法院已经判决。"})
        assert walk.send().url == url("receipt")

    def test_who_accuses_somebody_is_shown_nothing(self, world, shown):
        walk = Walk(world)
        walk.begin()
        walk.answer("kind", purpose="accuse")
        walk.answer("story", content="新房屋顶漏水，局长收钱。")
        assert "help-before" not in walk.open("requests").content.decode()

    def test_switched_off_only_the_places_to_turn_are_left(self, world, shown, settings):
        settings.ANALYSIS = False
        walk, _after = story_page(world, "新房屋顶漏水，物业公司拖欠工资。")
        page = walk.open("requests").content.decode()
        assert shown.title not in page
        assert "12333" in page

    def test_what_was_asked_before_is_not_said_again(self, world):
        walk = Walk(world)
        walk.begin()
        walk.answer("kind", purpose="solve")
        walk.answer("elsewhere", labour="no")
        walk.answer("story", content="老板拖欠工资。")
        assert "12333" not in walk.open("requests").content.decode()


SPOKEN = [
    ("老板拖欠我们三个月工资", ["labour"], "wages"),
    ("法院已经判决了，对方不执行", ["in_court"], "a judgment"),
    ("去派出所报案，不予立案", ["police_case"], "a police case"),
    ("不服城管的处罚决定", ["decision"], "a decision"),
    ("隔壁起火了", [], "over: no danger now"),
    ("现在正在打人，快来", ["danger"], "danger now"),
    ("屋顶漏水没人修", [], "nothing else"),
]  # fmt: skip


class TestWhereToTurn:
    @pytest.mark.parametrize(("text", "names", "why"), SPOKEN, ids=[row[2] for row in SPOKEN])
    def test_words_that_speak_of_another_way(self, text, names, why):
        assert [one.question for one in answered.elsewhere(text, {})] == names, why

    def test_each_has_something_to_say(self):
        assert all(suggest({name: True}) for name in SPOKEN_OF)
