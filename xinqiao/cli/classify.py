"""Classify the texts of a file with a model learned from another file, without the database: the same code as at intake.

两个文件都是 CSV（UTF-8 或 GB18030），第一行是列名，要有标题和正文两列；--train 的文件还要有分类一列（--label）。结果的列为 row,label,confidence，
row 取自文件的 row 列（没有就取 msg_id 列，都没有就是第几行）。待分类的信只用标题和正文；它们的文字也用来了解哪些词常在一起（--only-train 则不用）。
标题和正文都是空的信得到训练文件里最多的分类，confidence 为 0。
"""

import argparse
import csv
import io
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from xinqiao import cli

HELP = "给文件里的信件分类 · classify the texts of a file"
IDS = ("row", "msg_id")


class BadFile(Exception):
    """What is wrong with a file, in a sentence."""


@dataclass(frozen=True)
class Line:
    """One text of a file: its id, title, body, and the class it has, if that was asked for."""

    id: str
    title: str
    body: str
    label: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE.csv", help="待分类的信件")
    parser.add_argument("--train", required=True, metavar="FILE.csv", help="已有分类的信件")
    parser.add_argument("--label", required=True, metavar="列名", help="训练文件里分类的列名")
    parser.add_argument("--out", required=True, metavar="PRED.csv", help="结果写到哪里")
    parser.add_argument("--title", default="title", metavar="列名", help="标题的列名（默认 title）")
    parser.add_argument("--body", default="body", metavar="列名", help="正文的列名（默认 body）")
    parser.add_argument("--top2", action="store_true", help="另外写出第二可能的分类（top2 列）")
    parser.add_argument("--only-train", action="store_true", help="只从训练文件学习，不看待分类的文字")
    parser.add_argument("--seed", type=int, default=0, help="随机数种子（默认0；同一种子结果相同）")


def run(args: argparse.Namespace) -> int:
    """0 when written; 2 for a file that cannot be used; 3 without the extra `text`."""
    try:
        if not Path(args.out).absolute().parent.is_dir():  # before a minute of work, not after it
            raise BadFile(f"没有文件夹 {Path(args.out).absolute().parent}，结果不能写到 {args.out}。")
        train = read(args.train, title=args.title, body=args.body, label=args.label)
        texts = read(args.file, title=args.title, body=args.body)
        predicted = classify(texts, train, only_train=args.only_train, seed=args.seed)
        write(args.out, predicted, top2=args.top2)
    except (BadFile, OSError) as error:
        print(_sentence(error), file=sys.stderr)
        return cli.USAGE
    except ModuleNotFoundError as error:
        print(f"缺少 {error.name}。请安装附加组件：pip install 'xinqiao[text]'。", file=sys.stderr)
        return cli.ENVIRONMENT
    print(f"完成：{len(predicted)}封信的分类写到了 {args.out}。", file=sys.stderr)
    return cli.OK


def classify(
    texts: list[Line], train: list[Line], *, only_train: bool = False, seed: int = 0
) -> list[tuple[str, list[tuple[str, float]]]]:
    """(id, the likeliest classes with how sure) of each text. Raises BadFile when there is nothing to learn."""
    from tqdm import tqdm

    from xinqiao.analysis.text import learning
    from xinqiao.analysis.text.proposal import Reading

    readings = [Reading(one.title, one.body) for one in texts]
    print(f"正在从{len(train)}封信学习……", file=sys.stderr, flush=True)
    try:
        model = learning.fit(
            [Reading(one.title, one.body) for one in train],
            [one.label for one in train],
            seed=seed,
            more=() if only_train else readings,
            whole=True,
        )
    except learning.TooFew as error:
        raise BadFile(
            "训练文件里要有至少两种分类，每种至少两封信。请换一个文件，或者检查 --label 写的列名。"
        ) from error
    usual = Counter(one.label for one in train).most_common(1)[0][0]
    bar = tqdm(zip(texts, readings, strict=True), total=len(texts), desc="分类", unit="封", disable=None)
    return [(line.id, model.likeliest(reading) if reading.text.strip() else [(usual, 0.0)]) for line, reading in bar]


def read(path: str, *, title: str, body: str, label: str = "") -> list[Line]:
    """The texts of a file. With `label`, lines without a class or without any text are left out, which is said. Raises BadFile, OSError."""
    csv.field_size_limit(2**31 - 1)
    rows = csv.DictReader(io.StringIO(_decoded(path), newline=""))
    columns = rows.fieldnames or []
    missing = [name for name in (title, body, label) if name and name not in columns]
    if missing:
        raise BadFile(
            f"{path} 缺少列 {'、'.join(missing)}；第一行的列名是：{'、'.join(columns) or '（空）'}。可以用 --title、--body、--label 指定列名。"
        )
    named = next((name for name in IDS if name in columns), None)
    found, empty = [], 0
    try:
        for number, row in enumerate(rows, 1):
            line = Line(
                row[named] if named else str(number),
                row[title] or "",
                row[body] or "",
                (row[label] or "").strip() if label else "",
            )
            if label and not (line.label and (line.title + line.body).strip()):
                empty += 1
                continue
            found.append(line)
    except csv.Error as error:
        raise BadFile(f"{path} 第{rows.line_num}行不是正确的 CSV：{error}。") from error
    if not found:
        raise BadFile(f"{path} 里没有可以用的信件。")
    if empty:
        print(f"{path}：跳过了{empty}行没有分类或者没有文字的。", file=sys.stderr)
    return found


def _decoded(path: str) -> str:
    raw = Path(path).read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadFile(f"{path} 不是 UTF-8 或者 GB18030 编码的文本。请另存为“CSV UTF-8”再试。")


def write(path: str, predicted: list[tuple[str, list[tuple[str, float]]]], *, top2: bool) -> None:
    with Path(path).open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["row", "label", "confidence", *(["top2"] if top2 else [])])
        for id, found in predicted:
            (label, sure), *others = found
            lines.writerow([id, label, f"{sure:.4f}", *([others[0][0] if others else ""] if top2 else [])])


def _sentence(error: Exception) -> str:
    if isinstance(error, BadFile):
        return str(error)
    if isinstance(error, FileNotFoundError):
        return f"找不到 {error.filename}。请检查路径。"
    if isinstance(error, IsADirectoryError):
        return f"{error.filename} 是文件夹，不是文件。"
    return f"不能读写 {getattr(error, 'filename', None) or '文件'}：{getattr(error, 'strerror', None) or error}。"
