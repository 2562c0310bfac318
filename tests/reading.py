"""What a page says to the person before it: its words, without tokens, addresses, attributes and scripts.

A page holds random letters - the token against forged forms, codes, keys of rows in addresses. A few letters or digits looked for in
the whole of it are found there once in some hundred runs. So short words are looked for in these (`test_reading.py` sees to that).
"""

import re
from html import unescape

_SILENT = re.compile(r"<(script|style|svg|template)\b.*?</\1>", re.DOTALL)


def words(page) -> str:
    """The visible words of <main>, one space between them; `page` is a response or its text."""
    text = page if isinstance(page, str) else page.content.decode()
    _before, _tag, main = text.partition("<main")
    main = main.partition("</main>")[0].partition(">")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", _SILENT.sub(" ", main))).split())
