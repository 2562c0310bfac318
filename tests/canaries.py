"""Words of citizens that must not lie about: looked for in everything the suite wrote, when it is over (secure-checklist 53, 59)."""

import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

from xinqiao.logs import JsonLine

# Name, number and words of the woman who files in nearly every test (tests/world.py), and of those planted in test_canaries.py.
WORDS = (
    "王秀兰",
    "13800138000",
    "和平路12号院",
    "一下雨屋顶就漏",
    "甄卡纳",
    "13911223344",
    "卡纳丽雀的原话",
    "110105199003078888",
)
# The database itself holds what citizens wrote; keys are random.
LEFT_OUT = ("pg", "keys", "run")


def log_to(folder: Path) -> logging.Handler:
    """Write everything that is logged the way the web server writes it, into the folder that is searched afterwards."""
    (folder / "log").mkdir(exist_ok=True)
    handler = logging.FileHandler(folder / "log" / "web.log", encoding="utf-8")
    handler.setFormatter(JsonLine())
    handler.setLevel(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    return handler


def traces(folder: Path, words: Iterable[str] = WORDS) -> list[str]:
    """`file: word` for each word found below `folder`, in any usual encoding, names of files included."""
    found = []
    for path in sorted(_files(folder)):
        inside = path.relative_to(folder)
        content = _without_recipients(path)
        for word in words:
            forms = {word.encode(), word.encode("utf-16-le"), word.encode("gb18030"), json.dumps(word)[1:-1].encode()}
            if any(form in content for form in forms) or word in str(inside):
                found.append(f"{inside}: {word}")
    return found


def _files(folder: Path) -> Iterable[Path]:
    """Not those of the running database server, whose folders come and go while one looks."""
    for place, folders, names in os.walk(folder):
        if Path(place) == folder:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
        yield from (path for name in names if (path := Path(place) / name).is_file())


def _without_recipients(path: Path) -> bytes:
    """The spool stands for the carrier: it must name the telephone a message goes to, in its own field and nowhere else."""
    content = path.read_bytes()
    if "spool" not in path.parts or path.suffix != ".jsonl":
        return content
    lines = [json.loads(line) for line in content.decode().splitlines() if line]
    return "\n".join(json.dumps(line | {"to": ""}, ensure_ascii=False) for line in lines).encode()
