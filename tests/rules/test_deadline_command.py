"""`xinqiao deadline`: one question or a file of them."""

import argparse
import io
import json

import pytest

from xinqiao.cli import deadline as command


@pytest.fixture
def ask(capsys, monkeypatch):
    """Run the command; give back exit code, standard output, standard error."""

    def run(*arguments: str, stdin: bytes = b""):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        status = command.run(parser.parse_args(arguments))
        out = capsys.readouterr()
        return status, out.out, out.err

    return run


def rows(text: str) -> list[dict]:
    return [json.loads(line) for line in text.splitlines()]


class TestOneQuestion:
    def test_is_answered_in_plain_chinese(self, ask):
        status, out, err = ask("PO15", "2025-01-13")
        assert (status, err) == (0, "")
        assert out.startswith("转送、交办（PO15）：2025-02-05（星期三）\n")
        assert "顺延" in out and "内部目标：2025-01-27（星期一）" in out and "DL-05" in out

    def test_is_answered_as_json(self, ask):
        status, out, _ = ask("HANDLE60", "2026-12-01", "--json")
        result = json.loads(out)
        assert status == 0
        assert (result["nominal"], result["due"], result["office_target"]) == ("2027-01-30", "2027-02-01", "2027-01-29")
        assert result["provisional"] is True and "DL-17" in result["rules"] and result["engine"]

    def test_says_that_a_day_is_provisional(self, ask):
        assert "2027-02-01（星期一）（暂定）" in ask("HANDLE60", "2026-12-01")[1]

    @pytest.mark.parametrize(
        ("arguments", "due"),
        [
            (["HANDLE60", "2026-03-02", "--extend", "15"], "2026-05-18"),
            (["HANDLE60+15", "2026-03-02"], "2026-05-18"),
            (
                ["HANDLE60 + 30", "2026-03-02", "--extend", "15"],
                "2026-05-18",
            ),  # what is given apart wins over the label
            (["handle60 from deemed acceptance", "2026-01-20"], "2026-03-23"),
            (["RECHECK_DEC30+hearing", "2026-03-02", "--hearing", "2026-03-10", "2026-03-20"], "2026-04-13"),
            (["RECHECK_DEC30", "2026-03-02", "--hearing", "2026-03-10", "2026-03-20"], "2026-04-13"),
            (["REVIEW_REQ30 after public notice", "2026-07-31"], "2026-08-31"),
            (["ASSIGN_n", "2026-03-02", "--days", "10"], "2026-03-12"),
        ],
    )
    def test_may_be_put_in_several_ways(self, ask, arguments, due):
        status, out, _ = ask(*arguments, "--json")
        assert (status, json.loads(out)["due"]) == (0, due)

    def test_about_a_chain_shows_every_level(self, ask):
        assert "县（市、区）4日，到2026-03-17" in ask("PO15 chain", "2026-03-02")[1]
        result = json.loads(ask("PO15 chain", "2026-03-02", "--json")[1])
        assert (
            result["chain"] == ["2026-03-07", "2026-03-10", "2026-03-13", "2026-03-17"] and "DL-15" in result["rules"]
        )

    @pytest.mark.parametrize(
        ("arguments", "status", "told"),
        [
            ([], 2, "--batch"),
            (["HANDLE60"], 2, "起算日期"),
            (["HANDLE90", "2026-03-02"], 2, "REVIEW_REQ30"),
            (["???", "2026-03-02"], 2, "HANDLE60"),
            (["HANDLE60+many", "2026-03-02"], 2, "HANDLE60+30"),
            (["HANDLE60", "20260302"], 2, "不是日期"),
            (["HANDLE60", "2026-02-30"], 2, "不是日期"),
            (["RECHECK_DEC30+hearing", "2026-03-02"], 2, "听证"),
            (["HANDLE60", "2026-03-02", "--batch", "-"], 2, "--help"),
            (["--batch", "no-such-file.jsonl"], 2, "打不开"),
            (["HANDLE60", "2026-03-02", "--extend", "31"], 1, "第三十四条"),
            (["HANDLE60+31", "2026-03-02"], 1, "第三十四条"),
            (["HANDLE60", "9999-12-20"], 1, "超出"),
            (["HANDLE60", "2026-03-02", "--days", "10"], 1, "不能另定"),
            (["HANDLE60", "2026-03-02", "--pack", "no-such-pack.json"], 1, "0-PACK"),
        ],
    )
    def test_that_cannot_be_answered_says_why(self, ask, arguments, status, told):
        code, out, err = ask(*arguments)
        assert (code, out) == (status, "")
        assert told in err

    def test_may_be_asked_for_a_region(self, ask, tmp_path):
        pack = dict.fromkeys(("code", "name", "region", "version", "source"), "x")
        pack["terms"] = {"HANDLE60": {"days": 30, "citation": "某省信访条例第二十一条"}}
        path = tmp_path / "pack.json"
        path.write_text(json.dumps(pack), encoding="utf-8")
        assert json.loads(ask("HANDLE60", "2026-03-02", "--pack", str(path), "--json")[1])["due"] == "2026-04-01"


class TestBatch:
    def test_answers_line_by_line(self, ask, tmp_path):
        path = tmp_path / "questions.jsonl"
        path.write_text(
            '\ufeff{"id": "a", "rule": "PO15", "start": "2025-01-13"}\n\n'
            '{"id": 2, "rule": "RECHECK_DEC30", "start": "2026-03-02", "hearing": ["2026-03-10", "2026-03-20"]}\n'
            '{"id": 3, "rule": "HANDLE60", "start": "2025-08-02", "extend": 30, "hearing": null, "note": "not read"}\n'
            '{"id": 4, "rule": "REVIEW_REQ30", "start": "2025-12-16"}',
            encoding="utf-8",
        )
        status, out, err = ask("--batch", str(path))
        assert (status, err) == (0, "")
        answers = rows(out)
        assert [list(row) for row in answers] == [["id", "nominal", "due", "office_target", "provisional", "rules"]] * 4
        assert [row["id"] for row in answers] == ["a", 2, 3, 4]
        assert [row["due"] for row in answers] == ["2025-02-05", "2026-04-13", "2025-10-31", "2026-01-15"]
        assert answers[3]["office_target"] is None

    def test_reads_standard_input(self, ask):
        status, out, _ = ask("--batch", "-", stdin=b'{"id": 1, "rule": "OBJ5WD", "start": "2025-01-20"}\n')
        assert (status, rows(out)[0]["due"]) == (0, "2025-01-26")

    def test_of_nothing_is_nothing(self, ask):
        assert ask("--batch", "-", stdin=b"") == (0, "", "")

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (b"{", "JSON"),
            (b"\xff\xfe", "JSON"),
            (b"[" * 100_000, "JSON"),
            (b"[1]", "JSON"),
            (b"{}", "rule"),
            (b'{"rule": 60, "start": "2026-03-02"}', "rule"),
            (b'{"rule": "HANDLE90", "start": "2026-03-02"}', "HANDLE60"),
            (b'{"rule": "HANDLE60"}', "start"),
            (b'{"rule": "HANDLE60", "start": 20260302}', "start"),
            (b'{"rule": "HANDLE60", "start": "2026-13-01"}', "start"),
            (b'{"rule": "HANDLE60", "start": "2026-03-02", "extend": 31}', "第三十四条"),
            (b'{"rule": "HANDLE60", "start": "2026-03-02", "extend": "30"}', "整数"),
            (b'{"rule": "HANDLE60", "start": "2026-03-02", "extend": true}', "整数"),
            (b'{"rule": "RECHECK_DEC30", "start": "2026-03-02", "hearing": "2026-03-10"}', "hearing"),
            (b'{"rule": "RECHECK_DEC30", "start": "2026-03-02", "hearing": ["2026-03-10"]}', "hearing"),
            (b'{"rule": "RECHECK_DEC30", "start": "2026-03-02", "hearing": ["2026-03-20", "2026-03-10"]}', "早于"),
            (b'{"rule": "HANDLE60", "start": "9999-12-20"}', "超出"),
        ],
    )
    def test_a_bad_line_is_named_and_the_rest_is_answered(self, ask, line, told):
        good = b'{"id": 1, "rule": "PO15", "start": "2025-03-03"}'
        status, out, err = ask("--batch", "-", stdin=b"\n".join([good, line, good]))
        assert status == 1
        first, bad, last = rows(out)
        assert first == last and first["due"] == "2025-03-18"
        assert list(bad) == ["id", "error"] and told in bad["error"]
        assert err.startswith("第2行：")

    def test_keeps_the_id_of_a_bad_line(self, ask):
        _, out, _ = ask("--batch", "-", stdin=b'{"id": {"n": 7}, "rule": "PO15"}')
        assert rows(out)[0]["id"] == {"n": 7}

    def test_gives_back_an_id_that_cannot_be_printed(self, ask):
        _, out, _ = ask("--batch", "-", stdin=b'{"id": "\\ud800", "rule": "PO15", "start": "2025-03-03"}')
        assert rows(out)[0]["id"] == "\ud800"
