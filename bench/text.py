"""How well texts are understood: each part on real messages, scores to the terminal and, with the predictions, to var/bench/ (issue 6).

    make bench-text                    every part
    make bench-text ARGS=class         one part: class, same, place, answers

The messages lie beside the checkout, in ../shared/data; they belong to nobody here and never come into the repository. docs/text.md has the methods
and the last figures.
"""

import subprocess
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
# Name of a part: the module that measures it, what it measures. Each runs alone, so that memory and CPU of one do not count for another.
PARTS = {
    "class": ("bench.text_class", "内容分类"),
    "same": ("bench.text_same", "同一事项"),
    "place": ("bench.text_place", "属地、单位、诉求"),
    "answers": ("bench.text_answers", "答复核对"),
}


def main(asked: list[str]) -> int:
    """0 when every part ran, 1 when one failed, 2 for an unknown part or without messages."""
    unknown = [name for name in asked if name not in PARTS]
    if unknown or not DATA.is_dir():
        print(
            f"没有这一部分：{'、'.join(unknown)}。可选：{'、'.join(PARTS)}" if unknown else f"没有信件：{DATA}",
            file=sys.stderr,
        )
        return 2
    failed = []
    for name in asked or PARTS:
        module, title = PARTS[name]
        print(f"== {title}（{name}）", flush=True)
        if subprocess.run([sys.executable, "-m", module], check=False).returncode:
            failed.append(name)
    if failed:
        print(f"没有完成：{'、'.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
