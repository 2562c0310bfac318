"""Whether an extract (摘要) still gives away the report it was taken out of: names, and passages of the original (C-03).

Pure arithmetic on texts. It finds what a person overlooked; whether the extract says too much remains for two people to judge.
"""

import re
from collections.abc import Iterable

PASSAGE = 20  # characters of the original in a row: more than a place name, less than a sentence
_BLANKS = re.compile(r"[\s\W_]+")


def leaks(texts: Iterable[str], *, original: str, names: Iterable[str]) -> list[str]:
    """What must come out before the texts may go: each as it stands there, the names first. Empty: nothing was found."""
    found: dict[str, None] = {}
    texts = [text for text in texts if text]
    for name in sorted({name.strip() for name in names if len(name.strip()) > 1}):
        if any(_plain(name) in _plain(text) for text in texts):
            found[name] = None
    for text in texts:
        found |= dict.fromkeys(passages(text, original))
    return list(found)


def passages(text: str, original: str) -> list[str]:
    """Every stretch of at least PASSAGE characters that `text` took over from `original`, blanks and punctuation aside."""
    new, old = _plain(text), _plain(original)
    windows = {old[at : at + PASSAGE] for at in range(len(old) - PASSAGE + 1)}
    found, at = [], 0
    while at <= len(new) - PASSAGE:
        if new[at : at + PASSAGE] not in windows:
            at += 1
            continue
        end = at + PASSAGE
        while end < len(new) and new[end - PASSAGE + 1 : end + 1] in windows:
            end += 1
        found.append(new[at:end])
        at = end
    return found


def _plain(text: str) -> str:
    return _BLANKS.sub("", text).lower()
