"""Tables that leave the house: what a spreadsheet reads back is what was put in, and nothing else is inside (checklist 41)."""

import csv
import gc
import io
import re
import tracemalloc
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from xinqiao.documents import tables

COLUMNS = ["编号", "标题", "人数"]
ABOUT = [("用途", "督查组调阅核对"), ("导出人", "王局长"), ("导出时间", "2026-03-02 10:00")]


def written(form, rows, columns=COLUMNS, **more) -> tuple[bytes, tables.Written]:
    file = io.BytesIO()
    said = tables.write(file, form, columns, rows, about=ABOUT, title="信访件清单", **more)
    return file.getvalue(), said


def read_csv(content: bytes) -> tuple[list[list[str]], list[list[str]]]:
    """(header and rows, lines of the explanation)."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    end = max(number for number, line in enumerate(lines) if not line)
    return lines[:end], lines[end + 1 :]


def read_excel(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


def cells(content: bytes) -> list[list]:
    return [list(row) for row in read_excel(content).worksheets[0].iter_rows(values_only=True)]


FORMULAS = [
    ("=1+1", "the plain one"), ("+1", "plus"), ("-1", "minus"), ("@SUM(A1)", "at"), ("\t=1", "tab"), ("\r=1", "carriage return"),
    ("\n=1", "line feed"), ("＝1+1", "full width ="), ("＋1", "full width +"), ("－1", "full width -"), ("＠A1", "full width @"),
    (" =1", "a blank before it"), ("\u3000=1", "an ideographic blank"), ("\ufeff=1", "a byte order mark"),
    ("\u200b=cmd|'/c calc'!A1", "an invisible character"), ("\x00=1", "NUL"), ("−1", "the true minus sign"), ("﹦1", "small ="),
]  # fmt: skip
HARMLESS = ["王秀兰", "1=1", "房子=漏水", "", "（=1）", "2026-03-01"]


class TestFormulas:
    @pytest.mark.parametrize(("text", "why"), FORMULAS)
    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_nothing_begins_like_a_formula(self, form, text, why):
        content, _said = written(form, [["a", text, 1]])
        got = read_csv(content)[0][1][1] if form == "csv" else cells(content)[1][1]
        assert got.startswith("'"), why

    @pytest.mark.parametrize("text", HARMLESS)
    def test_other_texts_are_left_alone(self, text):
        assert read_csv(written("csv", [["a", text, 1]])[0])[0][1][1] == text

    def test_numbers_stay_numbers_also_negative_ones(self):
        content, _said = written("xlsx", [["a", -5, Decimal("-2.50")]])
        sheet = read_excel(content).worksheets[0]
        assert [cell.data_type for cell in sheet[2]] == ["s", "n", "n"]
        assert (sheet["B2"].value, sheet["C2"].value) == (-5, -2.5)
        assert read_csv(written("csv", [["a", -5, 1]])[0])[0][1][1] == "-5"

    def test_a_number_that_excel_would_round_is_text(self):
        content, _said = written("xlsx", [["a", 12345678901234567890, float("inf")]])
        assert cells(content)[1] == ["a", "12345678901234567890", "inf"]

    def test_texts_that_look_like_errors_booleans_or_numbers_are_texts(self):
        content, _said = written("xlsx", [["#N/A", "TRUE", "00123"]])
        assert [cell.data_type for cell in read_excel(content).worksheets[0][2]] == ["s", "s", "s"]
        assert cells(content)[1] == ["#N/A", "TRUE", "00123"]

    def test_purpose_is_neutralised_as_well(self):
        file = io.BytesIO()
        tables.write(file, "xlsx", COLUMNS, [], about=[("用途", "=HYPERLINK(1)")])
        assert read_excel(file.getvalue())["导出说明"]["B1"].value == "'=HYPERLINK(1)"


class TestWholeTexts:
    LONG = "访" * 39_999 + "终"

    def test_csv_takes_forty_thousand_characters_whole(self):
        content, _said = written("csv", [["a", self.LONG, 1]])
        assert read_csv(content)[0][1][1] == self.LONG

    def test_excel_refuses_and_says_where_and_what_to_do(self):
        with pytest.raises(tables.TableRefused, match=r"第2行“标题”有40000个字符.*CSV"):
            written("xlsx", [["a", "短", 1], ["b", self.LONG, 1]])

    def test_excel_takes_what_just_fits(self):
        fits = "访" * tables.CELL_AT_MOST
        assert cells(written("xlsx", [["a", fits, 1]])[0])[1][1] == fits

    def test_characters_beyond_the_first_plane_count_twice_as_excel_counts(self):
        with pytest.raises(tables.TableRefused):
            written("xlsx", [["a", "𠮷" * 20_000, 1]])

    def test_the_mark_before_a_formula_counts(self):
        with pytest.raises(tables.TableRefused):
            written("xlsx", [["a", "=" + "1" * (tables.CELL_AT_MOST - 1), 1]])

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_control_characters_become_visible_and_are_counted(self, form):
        content, said = written(form, [["a", "甲\x00乙\x1f丙\x7f丁\ufffe", 1]])
        got = read_csv(content)[0][1][1] if form == "csv" else cells(content)[1][1]
        assert got == "甲␀乙␟丙␡丁\ufffd" and said.replaced == 4

    def test_a_text_that_looks_like_an_escape_of_excel_is_kept(self):
        content, _said = written("xlsx", [["a", "文件_x0041_号", 1]])
        assert unescape(cells(content)[1][1]) == "文件_x0041_号"

    def test_days_and_moments(self):
        moment = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
        content, _said = written("xlsx", [[date(2026, 3, 2), moment, date(1890, 1, 1)]])
        assert cells(content)[1] == [datetime(2026, 3, 2), datetime(2026, 3, 2, 10, 30), "1890-01-01"]
        assert read_csv(written("csv", [[date(2026, 3, 2), moment, True]])[0])[0][1] == [
            "2026-03-02",
            "2026-03-02 10:30",
            "是",
        ]


class TestNothingElseInside:
    def test_the_workbook_has_these_parts_and_no_other(self):
        content, _said = written("xlsx", [["a", "b", 1]])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert set(archive.namelist()) == {
                "[Content_Types].xml", "_rels/.rels", "docProps/core.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels",
                "xl/styles.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml",
            }  # fmt: skip
            assert {entry.date_time for entry in archive.infolist()} == {tables.FIXED}
            everything = b"".join(archive.read(name) for name in archive.namelist())
        for hidden in (b"hidden", b"<f>", b"definedName", b"externalLink", b"comment", b"vba"):
            assert hidden not in everything, hidden

    def test_author_and_times_are_fixed(self):
        book = read_excel(written("xlsx", [["a", "b", 1]])[0])
        assert (book.properties.creator, book.properties.lastModifiedBy) == ("心桥", "心桥")
        assert book.properties.created == book.properties.modified == datetime(2022, 5, 1)
        assert [sheet.sheet_state for sheet in book.worksheets] == ["visible", "visible"]

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_same_rows_same_bytes_and_the_digest_is_of_them(self, form):
        first, said = written(form, [["a", "b", 1]])
        second, again = written(form, [["a", "b", 1]])
        assert first == second and said == again and said.size_bytes == len(first)
        from xinqiao import crypto

        assert crypto.digest(first, said.algorithm) == said.digest

    def test_csv_begins_with_the_mark_and_ends_lines_with_crlf(self):
        content, _said = written("csv", [["a", "两行\n文字", 1]])
        assert content.startswith(b"\xef\xbb\xbf") and b"1\r\n" in content


class TestCounts:
    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_rows_are_counted_said_and_written_into_the_file(self, form):
        content, said = written(form, ([str(n), "标题", n] for n in range(250)), expected=250)
        assert said.rows == 250
        if form == "csv":
            rows, about = read_csv(content)
            assert len(rows) - 1 == 250
            assert {tuple(line[1:]) for line in about} == {*ABOUT, ("行数", "250")}
        else:
            book = read_excel(content)
            assert book.worksheets[0].max_row - 1 == 250
            assert [tuple(row) for row in book["导出说明"].iter_rows(values_only=True)] == [*ABOUT, ("行数", 250)]

    def test_other_rows_than_expected_are_refused(self):
        with pytest.raises(tables.TableRefused, match="应有3行，实际2行"):
            written("csv", [["a", "b", 1]] * 2, expected=3)

    def test_a_row_of_another_length_is_refused(self):
        with pytest.raises(tables.TableRefused, match="第1行有2格"):
            written("csv", [["a", "b"]])

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    def test_memory_does_not_grow_with_the_rows(self, form, tmp_path):
        def peak(rows: int) -> int:
            tracemalloc.start()
            with (tmp_path / "table").open("wb") as file:
                tables.write(file, form, COLUMNS, ((str(n), f"标题{n}" * 20, n) for n in range(rows)))
            most = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return most

        peak(10)  # what is loaded and kept the first time is no part of it
        gc.collect()
        assert peak(4000) < peak(400) + 300_000


CHARACTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
ROWS = st.lists(st.tuples(CHARACTERS, CHARACTERS, st.integers(-(10**14), 10**14)), max_size=6)


def as_kept(text: str) -> str:
    """What must come back: the text, with visible control characters, one sign for line ends, and perhaps a mark in front."""
    kept = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f]",
        lambda m: chr(0x2400 + ord(m.group())),
        text.replace("\r\n", "\n").replace("\r", "\n"),
    )
    kept = kept.replace("\x7f", "␡").replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return f"'{kept}" if tables.is_formula_like(text) else kept


class TestRoundTrip:
    @given(ROWS)
    def test_csv(self, rows):
        got = read_csv(written("csv", rows)[0])[0][1:]
        assert got == [[as_kept(a), as_kept(b), str(n)] for a, b, n in rows]

    @given(ROWS)
    def test_excel(self, rows):
        sheet = read_excel(written("xlsx", rows)[0]).worksheets[0]
        got = [
            [unescape(cell) if isinstance(cell, str) else cell for cell in row]
            for row in sheet.iter_rows(min_row=2, values_only=True)
        ]
        want = [[as_kept(a) or None, as_kept(b) or None, n] for a, b, n in rows]
        assert got == want
        assert all(cell.data_type in "sn" for row in sheet.iter_rows() for cell in row)
