"""The citizen's filing, page by page and as a whole, without JavaScript: nothing typed is lost, nothing blocks."""

from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from tests import reading
from tests.matters.test_files import PDF, picture
from tests.portal.walk import STORY, Walk, url
from tests.world import World
from xinqiao.matters import files
from xinqiao.matters.models import Attachment, Matter
from xinqiao.matters.steps.receive import IntakeClosed
from xinqiao.people.models import Account, Petitioner
from xinqiao.portal import drafts, sources
from xinqiao.portal.filing import places
from xinqiao.portal.models import Draft, DraftFile
from xinqiao.rules.stages import Purpose, Stage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, settings):
    settings.XINQIAO_FILES = tmp_path


@pytest.fixture
def world():
    return World()


@pytest.fixture
def walk(world):
    return Walk(world)


class TestWholeFiling:
    def test_becomes_one_matter_at_the_office_of_the_place(self, walk, world):
        walk.fill()
        checked = walk.client.get(url("check"))
        for words in ("青石县信访局", "临江地区 青石县", "修好漏水的屋顶", "王秀兰", "13800138000", "网上查看答复"):
            assert words in checked.content.decode()

        sent = walk.send()

        assert (sent.status_code, sent.url) == (302, url("receipt"))
        matter = Matter.objects.get()
        assert (matter.stage, matter.purpose, matter.unit) == (Stage.RECEIVED, Purpose.SOLVE, world.county_office)
        assert matter.place == world.county_gov
        assert [one.text for one in matter.requests.all()] == ["修好漏水的屋顶", "赔偿泡坏的家具2300元"]
        assert matter.submissions.get().content == STORY
        assert matter.electronic_service
        assert not matter.publish_consent
        person = Petitioner.objects.get(matter_id=matter.pk).identity()
        assert (person.name, person.mobile) == ("王秀兰", "13800138000")

    def test_two_quick_presses_give_one_matter_and_one_receipt(self, walk):
        walk.fill()
        assert [walk.send().url for _ in range(3)] == [url("receipt")] * 3
        assert Matter.objects.count() == 1
        assert Matter.objects.get().number[:6] in walk.client.get(url("receipt")).content.decode()

    def test_a_report_goes_to_the_office_above_the_unit_and_is_sealed(self, walk, world):
        walk.fill(
            kind={"purpose": "accuse"},
            respondent={"unit": "青石县人民政府", "name": "某副县长", "looked": "yes", "organisation": str(world.county_gov.pk)},
        )  # fmt: skip
        assert "临江地区信访局" in walk.client.get(url("check")).content.decode()
        walk.send()
        matter = Matter.objects.get()
        assert matter.sealed
        assert matter.unit == world.office
        assert matter.accused.get(organisation__isnull=False).organisation == world.county_gov

    def test_the_organ_that_was_chosen_is_read_again_before_sending_and_so_is_what_was_typed(self, walk, world):
        chosen = {"unit": "县政府", "looked": "yes", "organisation": str(world.county_gov.pk)}
        walk.fill(kind={"purpose": "accuse"}, respondent=chosen)
        page = walk.client.get(url("check")).content.decode()
        assert world.county_gov.name in page and "您写的名称：县政府" in page
        walk.fill(kind={"purpose": "accuse"}, respondent={**chosen, "organisation": "0"})
        page = walk.client.get(url("check")).content.decode()
        assert "县政府" in page and "您写的名称" not in page

    def test_anonymous_sends_neither_name_nor_address_even_when_typed(self, walk):
        walk.fill(you={"anonymous": "on", "name": "王秀兰", "address": "和平路", "id_number": "", "mobile": ""})
        assert "匿名" in walk.client.get(url("check")).content.decode()
        walk.send()
        assert Matter.objects.get().anonymous
        assert not Petitioner.objects.exists()

    def test_of_somebody_logged_in_belongs_to_the_account_unless_anonymous(self, world):
        account = Account.objects.create(mobile_index="x", sealed_mobile="", created_at=timezone.now())
        with mock.patch("xinqiao.people.accounts.current_id", return_value=account.pk):
            Walk(world).fill().send()
            Walk(world).fill(you={"anonymous": "on"}).send()
        assert {(one.anonymous, one.account_id) for one in Matter.objects.all()} == {(False, account.pk), (True, None)}

    def test_together_names_representatives_and_signatories(self, walk):
        walk.fill(
            who={"who": "together"},
            together={"headcount": "12人", "name_1": "李保田", "mobile_1": "13900139000", "others": "赵玉芬\n周敏 13700137000\n"},
        )  # fmt: skip
        walk.send()
        matter = Matter.objects.get()
        people = Petitioner.objects.filter(matter_id=matter.pk).order_by("position")
        assert (matter.headcount, matter.joint, matter.group) == (12, True, True)
        assert [(one.identity().name, one.representative) for one in people] == [
            ("王秀兰", True), ("李保田", True), ("赵玉芬", False), ("周敏", False),
        ]  # fmt: skip

    def test_an_agent_files_for_the_person_concerned(self, walk):
        walk.fill(
            who={"who": "agent"}, principal={"name": "王老太", "relation": "family"}, you={"name": "王秀兰", "mobile": "13800138000"}
        )  # fmt: skip
        sent = walk.send()
        assert sent.status_code == 302, sent.context["errors"]
        people = Petitioner.objects.order_by("position")
        assert [(one.identity().name, one.agent) for one in people] == [("王老太", False), ("王秀兰", True)]

    def test_what_is_answered_before_filing_never_blocks(self, walk):
        walk.begin()
        answered = walk.answer("elsewhere", in_court="yes", danger="yes", labour="unsure")
        assert answered.url == url("suggested")
        said = reading.words(walk.client.get(answered.url))
        assert said.index("110") < said.index("12368"), "what is urgent comes first"
        assert "12333" not in said, "unsure is not yes"
        assert "继续提交" in said


class TestPage:
    @pytest.mark.parametrize(
        ("slug", "typed", "says"),
        [
            ("kind", {}, "请选一个最接近的"),
            ("kind", {"purpose": "drop table"}, "请选一个最接近的"),
            ("place", {"place": ""}, "请选择问题发生在哪里"),
            ("place", {"place": "999999999"}, "请选择问题发生在哪里"),
            ("place", {"place": "１'; --"}, "请选择问题发生在哪里"),
            ("story", {"content": "  \n "}, "请写下发生了什么"),
            ("story", {"content": "字" * 40_001}, "请删去1个字"),
            ("story", {"content": "坏\x01字符"}, "U+0001"),
            ("story", {"content": "坏\x00字符"}, "看不见"),
            ("requests", {"request_0": "长" * 2_001}, "第1条诉求最多2000个字"),
            ("requests", {f"request_{n}": "修" for n in range(31)}, "最多写30条"),
            ("who", {}, "请选一个"),
            ("you", {"name": ""}, "匿名提交"),
            ("you", {"name": "王秀兰", "mobile": "1380013"}, "应为11位"),
            ("you", {"name": "王秀兰", "id_type": "resident_id", "id_number": "110101199003070000"}, "最后一位对不上"),
            ("you", {"name": "王秀兰", "id_type": "nonsense"}, "nonsense"),
            ("principal", {"name": "", "relation": "family"}, "请填写他（她）的姓名"),
            ("together", {"headcount": "1"}, "至少 2 人"),
            ("together", {"headcount": "很多"}, "请填数字"),
            ("together", {"headcount": "2", "name_1": "甲某", "name_2": "乙某"}, "少于下面写的 3 人"),
            ("together", {"headcount": "9", "others": "李四 12"}, "第1行"),
            ("together", {"headcount": "9", "mobile_1": "13900139000"}, "请写代表 2 的姓名"),
            ("wishes", {"email": "王@"}, "邮箱"),
            ("wishes", {"accessibility_need": "字" * 101}, "请删去1个字"),
            ("respondent", {"unit": "局" * 101}, "请删去1个字"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(self, walk, slug, typed, says):
        walk.begin()
        if slug == "you" and "id_type" in typed and typed["id_type"] == "nonsense":
            says = "证件"
        answered = walk.answer(slug, **typed)
        assert answered.status_code == 422
        page = answered.content.decode()
        assert says in str(answered.context["form"].errors) or says in page
        assert "<title>错误：" in page
        assert "error-summary" in page
        kept = drafts.texts(Draft.objects.get())[slug]
        assert kept == typed or slug in ("requests", "place")
        for value in typed.values():
            again = walk.open(slug).content.decode()
            if len(value) > 3 and value.isalnum() and slug not in ("kind", "place") and value != "nonsense":
                assert value in again

    @pytest.mark.parametrize(
        "slug",
        [
            "kind",
            "elsewhere",
            "place",
            "story",
            "requests",
            "respondent",
            "files",
            "who",
            "principal",
            "you",
            "together",
            "wishes",
        ],
    )
    def test_opens_with_step_back_and_one_heading(self, walk, slug):
        walk.begin()
        page = walk.open(slug)
        text = page.content.decode()
        assert page.status_code == 200
        assert text.count("<h1") == 1
        assert "返回上一步" in text
        assert "第 " in text

    def test_unknown_page_is_404(self, walk):
        walk.begin()
        assert walk.open("admin").status_code == 404

    def test_markup_that_was_typed_is_shown_as_text(self, walk):
        walk.fill(story={"content": "<script>alert(1)</script>"})
        assert "<script>alert(1)" not in walk.client.get(url("check")).content.decode()

    def test_the_back_link_of_a_change_leads_to_the_check_page(self, walk):
        walk.fill()
        page = walk.open("story", **{"from": "check"}).content.decode()
        assert f'href="{url("check")}"' in page
        assert walk.answer("story", content="改过的内容", **{"from": "check"}).url == url("check")
        assert "改过的内容" in walk.client.get(url("check")).content.decode()

    def test_a_change_that_needs_another_page_leads_there(self, walk):
        walk.fill()
        changed = walk.answer("who", who="together", **{"from": "check"})
        assert changed.url == url("file", "together") + "?from=check"


class TestRequestLines:
    def test_are_added_and_removed_with_ordinary_buttons(self, walk):
        walk.begin()
        assert walk.answer("requests", request_0="一", act="add").url.startswith(url("file", "requests"))
        assert "request_1" in walk.open("requests").content.decode()
        walk.answer("requests", request_0="一", request_1="二", request_2="三", act="remove-1")
        assert drafts.texts(Draft.objects.get())["requests"] == {"request_0": "一", "request_1": "三"}


class TestPlace:
    def test_is_found_by_steps_down_the_tree(self, walk, world):
        walk.begin()
        assert "临江地区" in walk.open("place").content.decode()
        assert walk.answer("place", into=str(world.government.pk)).url == url("file", "place")
        assert "青石县" in walk.open("place").content.decode()
        walk.answer("place", into=str(world.county_gov.pk), detail="村口")
        page = walk.open("place").content.decode()
        assert "收件单位：<b>青石县信访局" in page
        assert "柳河镇" in page
        assert "村口" in page

    @pytest.mark.parametrize(
        ("typed", "found"), [("柳河", True), ("lh", True), ("LH", True), ("ｌｈ", True), ("火星", False), ("%", False)]
    )
    def test_is_found_by_typing_a_name_or_first_letters(self, walk, world, typed, found):
        type(world.township).objects.filter(pk=world.township.pk).update(pinyin="lhzrmzf")
        walk.begin()
        page = walk.open("place", q=typed)
        assert [one["name"] for one in page.context["found"]] == (["柳河镇"] if found else [])
        assert ("没有找到" in page.content.decode()) is not found

    def test_is_named_as_people_say_it(self, world):
        village = type(world.township)(name="青石县柳河镇上河村村民委员会", parent=world.township)
        assert places.own_name_of(village) == "青石县柳河镇上河村", "柳河镇 is not written with its county here"
        world.township.name = "青石县柳河镇人民政府"
        assert places.own_name_of(village) == "上河村"
        assert places.own_name_of(world.township) == "柳河镇"
        assert places.name_of(world.government) == "临江地区"

    def test_can_be_changed_without_losing_the_address_typed(self, walk, world):
        walk.begin()
        walk.answer("place", place=str(world.county_gov.pk), detail="村口", act="elsewhere")
        kept = drafts.texts(Draft.objects.get())["place"]
        assert kept == {"place": "", "detail": "村口"}

    def test_bureaus_are_no_places(self, walk, world):
        walk.begin()
        assert walk.answer("place", place=str(world.housing.pk)).status_code == 422


class TestFiles:
    def test_come_with_the_form_without_javascript(self, walk):
        photo = SimpleUploadedFile("漏水.jpg", picture())
        walk.fill(files={"file": [photo, SimpleUploadedFile("判决.pdf", PDF)]})
        assert "漏水.jpg" in walk.client.get(url("check")).content.decode()
        walk.send()
        assert {one.original_name for one in Attachment.objects.all()} == {"漏水.jpg", "判决.pdf"}
        assert files.orphans() == (set(), set())
        assert not DraftFile.objects.exists()

    def test_a_bad_one_is_named_and_the_good_one_stays(self, walk):
        walk.begin()
        answered = walk.answer(
            "files", file=[SimpleUploadedFile("好.pdf", PDF), SimpleUploadedFile("坏.exe", b"MZ" + b"\0" * 80)]
        )
        assert answered.status_code == 422
        assert "坏.exe" in answered.content.decode()
        assert "不能上传" in answered.content.decode()
        assert "好.pdf" in walk.open("files").content.decode()

    def test_thirteen_at_once_keep_twelve_and_name_the_rest(self, walk):
        walk.begin()
        photos = [SimpleUploadedFile(f"第{number}页.pdf", PDF) for number in range(1, 14)]
        answered = walk.answer("files", file=photos)
        assert answered.status_code == 422
        assert "从“第13页.pdf”起的 1 个没有收下" in answered.content.decode()
        kept = walk.open("files").content.decode()
        assert "第12页.pdf" in kept and "第13页.pdf" not in kept

    def test_far_too_many_are_refused_in_words(self, walk):
        walk.begin()
        answered = walk.answer("files", file=[SimpleUploadedFile(f"{number}.pdf", PDF) for number in range(101)])
        assert answered.status_code == 413 and "少选几个文件" in answered.content.decode()

    def test_come_one_by_one_with_javascript_and_can_be_removed(self, walk):
        walk.begin()
        one = walk.client.post(url("upload"), {"file": SimpleUploadedFile("a.pdf", PDF)}).json()["id"]
        two = walk.client.post(url("upload"), {"file": SimpleUploadedFile("b.pdf", PDF)}).json()["id"]
        walk.answer("files", attachments=[str(one)])  # the second was removed in the page
        assert [number for number, _ in drafts.stored_files(Draft.objects.get())] == [one]
        walk.answer("files", listed=[str(one)], act=f"remove-{one}")
        assert not DraftFile.objects.filter(pk__in=[one, two]).exists()

    def test_a_refused_one_is_explained_to_the_script(self, walk):
        walk.begin()
        answered = walk.client.post(url("upload"), {"file": SimpleUploadedFile("a.zip", b"PK\x05\x06" + b"\0" * 18)})
        assert answered.status_code == 422
        assert "解压" in answered.json()["error"]
        assert walk.client.post(url("upload")).status_code == 400

    def test_are_limited_to_twelve(self, walk):
        walk.begin()
        for number in range(12):
            assert (
                walk.client.post(url("upload"), {"file": SimpleUploadedFile(f"{number}.pdf", PDF)}).status_code == 200
            )
        answered = walk.client.post(url("upload"), {"file": SimpleUploadedFile("13.pdf", PDF)})
        assert answered.status_code == 422
        assert "最多传 12 个" in answered.json()["error"]

    def test_of_somebody_else_cannot_be_removed(self, world):
        mine, theirs = Walk(world), Walk(world)
        mine.begin()
        number = mine.client.post(url("upload"), {"file": SimpleUploadedFile("a.pdf", PDF)}).json()["id"]
        theirs.begin()
        theirs.answer("files", act=f"remove-{number}")
        assert DraftFile.objects.filter(pk=number).exists()


class TestDraft:
    def test_lies_sealed_in_the_database_and_its_token_only_in_the_cookie(self, walk):
        walk.fill()
        row = Draft.objects.get()
        token = walk.client.cookies[drafts.COOKIE].value
        assert "漏水" not in row.sealed
        assert token not in row.token_hash
        assert walk.client.cookies[drafts.COOKIE]["httponly"]

    def test_on_a_shared_computer_ends_with_the_browser(self, walk):
        walk.client.post(url("new"), {"shared": "on"})
        assert walk.client.cookies[drafts.COOKIE]["max-age"] == ""

    def test_is_offered_again_on_the_front_page(self, walk):
        walk.begin()
        walk.answer("kind", purpose="solve")
        page = walk.client.get(url("home")).content.decode()
        assert "继续上次没写完的" in page
        assert url("file", "place") in page

    def test_autosave_keeps_half_a_sentence(self, walk):
        walk.begin()
        answered = walk.client.post(url("autosave", "story"), {"content": "写了一半"})
        assert answered.json()["saved_at"]
        assert "写了一半" in walk.open("story").content.decode()

    def test_survives_the_loss_of_its_cookie_while_a_page_was_open(self, world):
        late = Walk(world, Client())
        assert late.answer("story", content="写了很久").status_code == 302
        assert "写了很久" in late.open("story").content.decode()

    def test_of_another_browser_is_not_there(self, walk, world):
        walk.fill()
        stranger = Walk(world)
        assert stranger.open("story").url == url("new")
        assert stranger.client.get(url("check")).url == url("new")
        assert "继续上次没写完的" not in stranger.client.get(url("home")).content.decode()

    def test_is_discarded_only_after_asking(self, walk):
        walk.begin()
        walk.client.post(url("upload"), {"file": SimpleUploadedFile("a.pdf", PDF)})
        assert "删除没写完的信访" in walk.client.get(url("discard")).content.decode()
        assert Draft.objects.count() == 1
        walk.client.post(url("discard"))
        assert not Draft.objects.exists()
        assert files.orphans() == (set(), set())

    def test_is_forgotten_after_thirty_days_with_its_files(self, walk):
        walk.begin()
        walk.client.post(url("upload"), {"file": SimpleUploadedFile("a.pdf", PDF)})
        assert drafts.forget_old_drafts(timezone.now() + timedelta(days=29)) == 0
        assert drafts.forget_old_drafts(timezone.now() + timedelta(days=31)) == 1
        assert files.orphans() == (set(), set())

    def test_is_kept_when_the_intake_is_closed(self, walk):
        walk.fill()
        with mock.patch("xinqiao.portal.filing.sending.receive.receive_once", side_effect=IntakeClosed("fsync=off")):
            answered = walk.send()
        assert answered.status_code == 503
        assert "保存着" in answered.content.decode()
        assert "fsync" not in answered.content.decode()
        assert walk.send().status_code == 302
        assert Matter.objects.count() == 1

    def test_is_empty_after_sending(self, walk):
        walk.fill().send()
        assert drafts.texts(Draft.objects.get()) == {}
        assert walk.open("story").url == url("receipt")
        assert walk.client.post(url("autosave", "story"), {"content": "再写"}).status_code == 409

    def test_an_unfinished_one_is_not_sent(self, walk):
        walk.begin()
        walk.answer("kind", purpose="solve")
        assert walk.client.get(url("check")).url == url("file", "place") + "?from=check"
        assert walk.send().status_code == 422
        assert not Matter.objects.exists()


class TestLimits:
    def test_delay_and_keep_the_draft(self, walk):
        walk.fill()
        with mock.patch.object(sources, "SEND", ("send", 0)):
            answered = walk.send()
        assert answered.status_code == 429
        assert "2 分钟" in answered.content.decode()
        assert answered.headers["Retry-After"] == "120"
        assert walk.send().status_code == 302

    @pytest.mark.parametrize(
        ("one", "two", "same"),
        [
            ("2001:db8::1", "2001:db8::ffff", True),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
            ("192.0.2.1", "192.0.2.2", False),
        ],
    )
    def test_count_a_network_of_ipv6_as_one_source(self, one, two, same):
        assert (sources._source(one) == sources._source(two)) is same


class TestReceipt:
    def test_shows_number_code_and_next_day_and_again_on_reload(self, walk):
        walk.fill().send()
        matter = Matter.objects.get()
        first, second = (walk.client.get(url("receipt")).content.decode() for _ in "ab")
        number = f"{matter.number[:6]} {matter.number[6:14]} {matter.number[14:18]} {matter.number[18:]}"
        assert number in first
        assert "青石县信访局" in first
        assert matter.submissions.get().content_hash in first
        code = walk.client.get(url("receipt")).context["code"]
        assert len(code.split()) == 4
        assert code in first
        assert code in second

    def test_is_gone_after_half_an_hour_and_says_how_to_get_help(self, walk):
        walk.fill().send()
        Draft.objects.update(sent_at=timezone.now() - timedelta(minutes=31))
        gone = walk.client.get(url("receipt"))
        assert gone.status_code == 404
        assert "查询码只显示 30 分钟" in gone.content.decode()
        assert walk.client.get(url("receipt_slip")).status_code == 404
        drafts.forget_old_drafts(timezone.now())
        assert Draft.objects.get().sealed_receipt == ""

    def test_of_somebody_else_is_not_shown(self, walk, world):
        walk.fill().send()
        assert Client().get(url("receipt")).status_code == 404
        assert Client().get(url("receipt_qr")).status_code == 404

    def test_picture_leads_to_the_query_page_without_the_code(self, walk):
        walk.fill().send()
        picture_of_code = walk.client.get(url("receipt_qr"))
        assert picture_of_code.headers["Content-Type"] == "image/svg+xml"
        assert picture_of_code.content.startswith(b"<?xml")

    def test_slip_is_a_pdf_with_number_and_code_and_no_draft_mark(self, walk):
        import io

        from pypdf import PdfReader

        walk.fill().send()
        answer = walk.client.get(url("receipt_slip"))
        words = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
        assert answer.headers["Content-Type"] == "application/pdf"
        assert walk.client.get(url("receipt")).context["code"] in words
        assert "草稿" not in words


class TestSite:
    @pytest.mark.parametrize("name", ["home", "help", "law", "privacy", "accessibility", "new"])
    def test_page_opens_without_cookie_or_account(self, world, name):
        assert Client().get(url(name)).status_code == 200

    def test_front_page_shows_the_six_entries_and_the_emergency_line(self, world):
        page = Client().get(url("home")).content.decode()
        for words in (
            "投诉",
            "办理",
            "查询",
            "跟踪",
            "监督",
            "评价",
            "110",
            "119",
            "120",
            "临江地区信访局",
            "0990-5550100",
        ):
            assert words in page

    def test_law_page_takes_its_days_from_the_rules(self, world):
        page = Client().get(url("law")).content.decode()
        assert "60日" in page
        assert "信访工作条例第三十四条" in page
