"""Tests that cannot fail by chance: no few letters are looked for among the random ones of a whole page (`tests/reading.py`)."""

import ast
import re
from pathlib import Path

import pytest

from tests.reading import words

TESTS = Path(__file__).parent
FEW = re.compile(
    r"[\w-]{1,4}", re.ASCII
)  # what a token of 64 letters holds by chance, once in a million runs or more often
AT_ALL = re.compile(r"""["'][\w-]{1,4}["'] (not )?in """, re.ASCII)  # parsing every file takes seconds
WHOLE_PAGE = re.compile(r"\.content\b|\bcontent\(\)")


def is_whole(source: str) -> bool:
    return bool(WHOLE_PAGE.search(source)) and "words(" not in source


def of_a_whole_page(function: ast.AST) -> list[ast.Compare]:
    """Comparisons `few letters in page`, where `page` is the content of an answer or a name given to it."""
    pages = {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and is_whole(ast.unparse(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Compare)
        and isinstance(node.ops[0], ast.In | ast.NotIn)
        and isinstance(node.left, ast.Constant)
        and FEW.fullmatch(node.left.value.decode() if isinstance(node.left.value, bytes) else str(node.left.value))
        and (is_whole(there := ast.unparse(node.comparators[0])) or there in pages)
    ]


class TestShortWords:
    def test_are_looked_for_in_what_a_page_says(self):
        found = [
            f"{path.relative_to(TESTS)}:{node.lineno} {ast.unparse(node)}"
            for path in sorted(TESTS.rglob("*.py"))
            if AT_ALL.search(source := path.read_text("utf-8"))
            for function in ast.walk(ast.parse(source))
            if isinstance(function, ast.FunctionDef)
            for node in of_a_whole_page(function)
        ]
        assert not found, "use tests.reading.words(page):\n" + "\n".join(found)

    @pytest.mark.parametrize(
        ("line", "caught", "why"),
        [
            ('assert "75" not in client.get("/").content.decode()', True, "a token may hold it"),
            ('text = client.get("/").content.decode()\n    assert "75" not in text', True, "by another name"),
            ('assert "75" not in words(client.get("/"))', False, "only what is read"),
            ('assert "75%" not in client.get("/").content.decode()', False, "no token holds a sign"),
            ('assert "督办" in client.get("/").content.decode()', False, "no token is Chinese"),
        ],
    )
    def test_are_found(self, line, caught, why):
        assert bool(of_a_whole_page(ast.parse(f"def test(client):\n    {line}"))) is caught, why


class TestWords:
    def test_are_those_of_the_page_alone(self):
        page = (
            '<nav>主导航 9</nav><main id="main"><input value="a75b"><script>75</script><svg><path d="75"/></svg>'
            "<p>第一季度\n <b>88</b> 件&amp;整</p></main><footer>75</footer>"
        )
        assert words(page) == "第一季度 88 件&整"
