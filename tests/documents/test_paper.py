"""What stands on the paper: whole, whatever was typed; and said openly where a character cannot be shown."""

import copy
import io
import re
import struct
import threading
import unicodedata
from datetime import UTC, datetime

import docx
import pypdf
import pytest
from django.conf import settings

from tests.documents.samples import REQUESTS, SAMPLES
from xinqiao.documents import engine, fonts, letters
from xinqiao.documents.texts import paragraphs_of
from xinqiao.documents.view import view_of
from xinqiao.rules.document_contents import DOCUMENTS, KEYS

NOON = datetime(2026, 3, 18, 4, tzinfo=UTC)
NASTY = "<b>&amp; & # $x^2$ *粗* _斜_ \\n `#eval(1)` @ref {x} [y] = ~ // /* */ \"双\" '单' <script>alert(1)</script>"
RARE = "䶮㛃喆堃𬱖𠮷犇昇珺祎翀龑峯垚"

pytestmark = pytest.mark.skipif(bool(fonts.check()), reason="no Chinese font here: apt-get install fonts-noto-cjk")


def text_of(pdf: bytes) -> str:
    """All text of a PDF without the breaks that lines and pages put in, and without page numbers."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    pages = [re.sub(r"— *\d+ *—", "", page) for page in pages]
    return squeezed("".join(pages))


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", unicodedata.normalize("NFKC", text))


def preview(kind="F-08", **changes):
    return letters.preview_pdf(kind, copy.deepcopy(SAMPLES[kind]) | changes, at=NOON)


def issued(kind="F-08", **changes):
    document = letters.preview(kind, copy.deepcopy(SAMPLES[kind]) | changes)
    document.status, document.number, document.verification_code = "issued", "临建信受〔2026〕57号", "7K3MQ9XD04TZ"
    return document


def words_of(document: docx.Document) -> str:
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


class TestEveryDocument:
    @pytest.mark.parametrize("kind", sorted(DOCUMENTS))
    def test_says_its_title_its_matter_and_that_it_is_a_draft(self, kind):
        text = text_of(preview(kind))
        title = squeezed(letters.preview(kind, SAMPLES[kind]).title)
        assert title in text
        if "matter_number" in DOCUMENTS[kind].required:
            assert SAMPLES[kind]["matter_number"] in text
        assert "草稿" in text

    @pytest.mark.parametrize("kind", sorted(DOCUMENTS))
    def test_can_be_previewed_before_anything_was_filled_in(self, kind):
        assert letters.preview_pdf(kind, {}, at=NOON).startswith(b"%PDF")
        assert docx.Document(io.BytesIO(letters.render_docx(letters.preview(kind, {}))))

    @pytest.mark.parametrize("kind", sorted(DOCUMENTS))
    def test_shows_every_mandatory_text(self, kind):
        text = text_of(preview(kind))
        row, data = DOCUMENTS[kind], SAMPLES[kind]
        silent = {"signer"}  # kept in the file; the seal of the organ stands for it
        for key in row.required:
            value = data.get(key)
            if isinstance(value, str) and key not in silent and re.search("[\u4e00-\u9fff]", value) and value != "无":
                assert squeezed(value.split("\n")[0]) in text, key


class Watched(dict):
    """Data that remember which of their keys were asked for."""

    def __init__(self, *given):
        super().__init__(*given)
        self.asked = set()

    def get(self, key, default=None):
        self.asked.add(key)
        return super().get(key, default)

    def __getitem__(self, key):
        self.asked.add(key)
        return super().__getitem__(key)


class TestTheTableOfKeys:
    @pytest.mark.parametrize("kind", sorted(DOCUMENTS))
    def test_lists_everything_that_the_text_says(self, kind):
        everything = dict.fromkeys(KEYS, "甲") | SAMPLES[kind] | {"any_on": "甲"}
        data = Watched(everything)
        paragraphs_of(kind, data)
        assert data.asked - {"any_on", "rights"} <= set(DOCUMENTS[kind].keys)

    def test_what_a_document_does_not_say_is_not_kept_in_it(self):
        data = letters.preview(
            "F-05", SAMPLES["F-05"] | {"facts": "漏水", "matter_title": "漏水", "petitioner": "王秀兰"}
        ).data
        assert "漏水" not in str(data)
        assert "王秀兰" not in str(data)


class TestDataOfTheSteps:
    """The steps may hand over codes, grouped numbers and lists of laws; the paper says them in words."""

    def test_says_laws_with_their_articles_and_who_carries_it_out(self):
        answer = {
            "number": 1, "outcome": "support", "facts": "", "reasons": "", "conclusion": "立即组织维修", "measure": "更换防水层",
            "by_whom": "和平物业", "until_on": "2026-05-31", "execution": "更换防水层；由和平物业负责；2026-05-31前完成",
            "basis": [{"title": "《物业管理条例》", "article": "第五十三条"}, {"title": "民法典", "article": "第九百四十二条"}],
        }  # fmt: skip
        text = text_of(preview("F-16", answers=[answer]))
        assert "依据:《物业管理条例》第五十三条、《民法典》第九百四十二条。" in text
        assert "更换防水层,由和平物业负责,2026年5月31日前完成。" in text
        assert "(第1项)" + squeezed(REQUESTS[0]["text"]) in text

    def test_says_codes_in_words(self):
        assert "信访事项复核申请书" in text_of(preview("F-17", instance="recheck"))
        assert "和解协议书" in text_of(preview("F-25", agreement_kind="conciliation"))
        assert "复查意见:撤销原意见,责令重新作出。" in text_of(preview("F-18"))

    def test_keeps_the_groups_of_a_matter_number_together(self):
        assert "41010120260302" in text_of(preview("F-08", matter_number="410101 20260302 0427 8"))


class TestDifficultText:
    def test_signs_that_mean_something_elsewhere_are_only_text(self):
        assert squeezed(NASTY) in text_of(preview(matter_title=NASTY))

    def test_rare_characters_of_names_are_shown(self):
        assert RARE in text_of(preview(addressee=RARE))

    def test_an_emoji_is_shown_or_named(self):
        text = text_of(preview(body=["谢谢🧧🙏您"]))
        for char in "🧧🙏":
            assert char in text or f"[表情U+{ord(char):04X}]" in text
        assert "谢谢" in text

    def test_a_character_no_font_has_is_named_and_the_letter_says_so(self):
        text = text_of(preview(body=["奇\U000e0fff字\U0003134a"]))
        assert "U+3134A" in text or "\U0003134a" in text
        assert ("方括号中的编码" in text) == ("[缺字U+3134A]" in text)

    def test_marks_that_turn_the_reading_direction_do_not_reach_the_paper(self):
        assert "\u202e" not in text_of(preview(body=["甲\u202e乙"]))

    def test_forty_thousand_characters_come_out_whole(self):
        sentence = "屋面漏水，多次报修没有结果。"
        long = "".join(f"{number}{sentence}" for number in range(2500))
        pdf = engine.make_pdf(view_of(issued("F-16", facts=long)), at=NOON)
        assert len(long) > 40_000
        assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) > 60
        assert squeezed(long) in text_of(pdf)

    def test_a_long_run_without_spaces_stays_on_the_paper(self):
        run = "https://example.test/" + "a" * 600
        reader = pypdf.PdfReader(io.BytesIO(preview(body=[run])))
        assert squeezed(run) in squeezed("".join(page.extract_text() for page in reader.pages))
        width = float(reader.pages[0].mediabox.width)
        beyond = []

        def look(text, _user, matrix, _font, _size):
            if text.strip() and matrix[4] > width:
                beyond.append(text)

        for page in reader.pages:
            page.extract_text(visitor_text=look)
        assert beyond == []

    def test_two_hundred_requests_are_all_listed(self):
        requests = [{"number": number, "text": f"第{number}件事请解决。"} for number in range(1, 201)]
        text = text_of(preview(requests=requests))
        assert all(f"第{number}件事请解决" in text for number in range(1, 201))

    def test_a_very_long_name_of_an_organ_still_fits(self):
        name = "示例自治区安平地区临河县城关镇人民政府住房和城乡建设综合行政执法与公共服务事务中心办公室"
        assert text_of(preview(org_name=name)).count(name) == 2  # head and signature

    @pytest.mark.parametrize("odd", [[], {}, "一句话", 5, True, ["甲", {"x": "乙"}], [None]])
    def test_data_of_an_unexpected_shape_make_no_error(self, odd):
        for key in ("requests", "enclosures", "body", "sender_chain"):
            assert preview("F-08", **{key: odd})
        assert preview("F-16", answers=odd)
        assert preview("F-01", petitioners=odd)


class TestIssuedLetter:
    def test_carries_number_code_and_where_to_check_it(self):
        text = text_of(engine.make_pdf(view_of(issued()), at=NOON))
        for part in (
            "临建信受〔2026〕57号",
            "7K3MQ9XD04TZ",
            f"{settings.XINQIAO_PUBLIC_URL}/letters/verify/",
            "2026年3月18日",
        ):
            assert squeezed(part) in text
        assert "草稿" not in text

    def test_says_honestly_that_no_electronic_seal_is_configured(self):
        assert "电子签章未配置,加盖公章后生效" in text_of(engine.make_pdf(view_of(issued()), at=NOON))

    def test_a_configured_seal_is_printed_and_the_remark_is_gone(self):
        from PIL import Image

        folder = settings.XINQIAO_FILES / "seals"
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGBA", (40, 40), (230, 0, 18, 120)).save(folder / "unit.png")
        view = view_of(issued(seal_image="unit.png"))
        assert view["seal"]
        assert "电子签章未配置" not in text_of(engine.make_pdf(view, at=NOON))

    @pytest.mark.parametrize("path", ["../../keys/secret_key", "/etc/passwd", "missing.png", "."])
    def test_only_pictures_in_the_folder_of_seals_are_opened(self, path):
        view = view_of(issued(seal_image=path))
        assert view["seal"] == ""
        assert "电子签章未配置" in view["seal_note"]

    @pytest.mark.parametrize("kind", sorted(DOCUMENTS))
    def test_large_print_says_the_same_words_on_more_paper(self, kind):
        document = issued(kind)
        usual, large = (engine.make_pdf(view_of(document, large=large), at=NOON) for large in (False, True))
        pages = [len(pypdf.PdfReader(io.BytesIO(pdf)).pages) for pdf in (usual, large)]
        assert pages[1] >= pages[0]
        assert squeezed(document.title) in text_of(large)

    def test_is_archival_and_tagged(self):
        pdf = engine.make_pdf(view_of(issued()), at=NOON)
        assert b"pdfaid" in pdf
        assert "/StructTreeRoot" in pypdf.PdfReader(io.BytesIO(pdf)).trailer["/Root"]

    def test_the_slip_leads_to_the_query_page_without_the_query_code(self):
        view = view_of(issued("F-02"))
        assert view["qr"]
        assert SAMPLES["F-02"]["query_code"] not in view["qr"]

    def test_many_threads_get_their_own_letters(self):
        views = [view_of(issued(addressee=f"信访人{number}")) for number in range(8)]
        made: dict[int, str] = {}
        threads = [
            threading.Thread(target=lambda at=at: made.update({at: text_of(engine.make_pdf(views[at], at=NOON))}))
            for at in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(f"信访人{number}:" in made[number] for number in range(8))

    def test_one_page_as_a_picture(self):
        first = engine.make_png(view_of(issued("F-16")), 1)
        beyond = engine.make_png(view_of(issued("F-16")), 99)
        assert first.startswith(b"\x89PNG")
        assert beyond.startswith(b"\x89PNG")
        assert first != beyond

    def test_the_picture_of_a_page_is_that_of_the_whole_letter(self, monkeypatch):
        view = view_of(issued("F-16", facts="屋面漏水，多次报修没有结果。\n" * 400, body=["i" * 5000]))
        cut = [engine.make_png(view, page) for page in (1, 2, 9)]
        monkeypatch.setattr(engine, "_up_to_page", lambda blocks, page: blocks)
        assert cut == [engine.make_png(view, page) for page in (1, 2, 9)]


class TestWordCopy:
    def test_contains_everything_that_was_typed_and_names_the_prescribed_fonts(self):
        data = SAMPLES["F-16"] | {"facts": NASTY + RARE + "🙏", "requests": REQUESTS}
        copy_bytes = letters.render_docx(letters.preview("F-16", data))
        paper = docx.Document(io.BytesIO(copy_bytes))

        assert NASTY + RARE + "🙏" in words_of(paper)
        xml = paper.element.xml
        for font in ("方正小标宋简体", "仿宋_GB2312", "黑体"):
            assert font in xml + paper.styles.element.xml
        assert 'w:linePitch="580"' in xml

    @pytest.mark.parametrize("kind", sorted(DOCUMENTS))
    def test_opens_for_every_document(self, kind):
        paper = docx.Document(io.BytesIO(letters.render_docx(letters.preview(kind, SAMPLES[kind]))))
        assert letters.preview(kind, SAMPLES[kind]).title in words_of(paper)


class TestFonts:
    def test_names_the_line_to_run_when_there_is_no_chinese_font(self, monkeypatch):
        view = view_of(letters.preview("F-08", SAMPLES["F-08"]))
        monkeypatch.setattr(fonts, "chains", lambda: {"text": []})
        assert "apt-get install fonts-noto-cjk" in fonts.check()
        with pytest.raises(fonts.NoChineseFont, match="fonts-noto-cjk"):
            engine.make_pdf(view, at=NOON)

    def test_knows_which_characters_a_font_has(self):
        assert fonts.unshown("信访ABC〔2026〕") == []
        assert fonts.unshown("\U0003134a甲\U0003134a") in ([], ["\U0003134a"])

    def test_looks_into_the_folders_of_the_office_first(self, monkeypatch, tmp_path):
        monkeypatch.setenv("LETTER_FONTS", f"{tmp_path}:/does/not/exist")
        assert fonts.folders()[0] == str(tmp_path)
        assert "/does/not/exist" not in fonts.folders()

    def test_a_broken_font_file_shows_nothing_and_breaks_nothing(self, tmp_path):
        for name, content in (
            ("empty.ttf", b""),
            ("text.otf", b"no font at all"),
            ("cut.ttc", b"ttcf\0\1\0\0\0\0\0\1"),
        ):
            (tmp_path / name).write_bytes(content)
            with pytest.raises((OSError, ValueError, struct.error)):
                fonts.read_ranges(tmp_path / name)

    def test_removes_controls_and_keeps_lines(self):
        assert fonts.shown("甲\x07\u200d\n乙") == "甲\n乙"
