"""`xinqiao deadline`: compute a time limit from a rule and a day, one at a time or many from a file."""

import json
import re
import sys
from datetime import date

from xinqiao.rules import deadlines, packs, terms
from xinqiao.rules.calendar import CalendarRefused
from xinqiao.rules.refusals import StepRefused

HELP = "计算信访期限：给出期限代码和起算日期，得到到期日和说明"

# HANDLE60, HANDLE60+30, RECHECK_DEC30+hearing, REVIEW_REQ30 after public notice, PO15 chain
_LABEL = re.compile(r"\s*(?P<code>\w+)\s*(?:\+\s*(?P<extra>\w+))?(?:\s+(?P<remark>[\w\s]*))?\s*", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_REMARKS = {"from deemed acceptance": "DL-06", "chain": "DL-15"}
_KNOWN_ERRORS = (StepRefused, CalendarRefused, terms.UnknownTerm)
OK, REFUSED, USAGE = 0, 1, 2


class LineRefused(ValueError):
    """What was typed cannot be read as a question to the engine."""


def add_arguments(parser) -> None:
    """Declare the arguments on an argparse parser."""
    parser.add_argument("rule", nargs="?", metavar="RULE", help="期限代码，例如 HANDLE60；也可写 HANDLE60+30")
    parser.add_argument("start", nargs="?", metavar="START", help="起算日期（当日不计入），例如 2026-03-02")
    parser.add_argument("--extend", type=int, metavar="N", help="延长办理期限的天数，最多30")
    parser.add_argument("--hearing", nargs=2, metavar=("FROM", "TO"), help="听证的起、止日期（只影响复核）")
    parser.add_argument("--days", type=int, metavar="N", help="交办函规定的天数（只用于 ASSIGN_N）")
    parser.add_argument("--pack", metavar="FILE", help="地方规则包（JSON 文件）")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.add_argument(
        "--batch", metavar="FILE", help="逐行读取 JSON（- 为标准输入）：{id, rule, start, extend?, hearing?, days?}"
    )


def run(args) -> int:
    """0 = computed; 1 = refused by a rule, or some line of a batch was bad; 2 = wrong use."""
    if (args.batch is None) == (args.rule is None):
        return _complain("请给出期限代码和起算日期，或者用 --batch 给出文件。用 --help 查看用法。", USAGE)
    try:
        pack = packs.load(args.pack) if args.pack else None
    except packs.PackRefused as refusal:
        return _complain(refusal.message, REFUSED)
    return _run_one(args, pack) if args.batch is None else _run_batch(args, pack)


def answer(question: dict, pack=None) -> tuple[deadlines.Deadline, tuple[str, ...]]:
    """The deadline for {rule, start, extend?, hearing?, days?}, and all rule ids. Raises one of the known errors."""
    code, extra, remark = read_label(question.get("rule"))
    hearing = _hearing(question.get("hearing"))
    if extra == "hearing" and hearing is None:
        raise LineRefused("期限代码写了 +hearing，请同时给出听证的起、止日期（hearing）。")
    extend = question.get("extend")
    if extend is None:
        extend = int(extra) if extra and extra != "hearing" else 0
    deadline = deadlines.compute(
        code,
        _day(question.get("start"), "起算日期（start）"),
        extend_days=extend,
        days=question.get("days"),
        hearing=hearing,
        pack=pack,
    )
    named = _REMARKS.get(remark)
    rules = tuple(sorted({*deadline.rules, named})) if named else deadline.rules
    return deadline, rules


def read_label(label) -> tuple[str, str, str]:
    """Split "HANDLE60+30" or "PO15 chain" into code, what is added, remark. Raises LineRefused, UnknownTerm."""
    match = _LABEL.fullmatch(label) if isinstance(label, str) and len(label) <= 100 else None
    if match is None:
        raise LineRefused(f"看不懂期限代码“{str(label)[:100]}”（rule）。可用的期限代码：{'、'.join(terms.TERMS)}。")
    code, extra = terms.find(match["code"]).code, (match["extra"] or "").lower()
    if extra and extra != "hearing" and not re.fullmatch(r"\d{1,4}", extra):
        raise LineRefused(f"看不懂“{label}”中的“+{match['extra']}”。请写延长的天数，例如 HANDLE60+30。")
    return code, extra, " ".join((match["remark"] or "").lower().split())


def _run_one(args, pack) -> int:
    if args.start is None:
        return _complain("请给出起算日期，例如：xinqiao deadline HANDLE60 2026-03-02", USAGE)
    question = {
        "rule": args.rule,
        "start": args.start,
        "extend": args.extend,
        "hearing": args.hearing,
        "days": args.days,
    }
    try:
        deadline, rules = answer(question, pack)
    except (LineRefused, terms.UnknownTerm) as error:
        return _complain(str(error), USAGE)
    except _KNOWN_ERRORS as error:
        return _complain(str(error), REFUSED)
    print(_as_json(args, deadline, rules) if args.json else _as_text(args, deadline, rules))
    return OK


def _as_json(args, deadline, rules) -> str:
    result = {
        "rule": deadline.code,
        "name": deadline.term.name,
        "start": deadline.start.isoformat(),
        **_dates(deadline, rules),
        "explanation": deadline.explanation,
        "inputs": deadline.inputs,
        "engine": deadline.engine,
    }
    if _is_chain(args.rule):
        result["chain"] = [hop.ends_on.isoformat() for hop in deadlines.relay_chain(deadline.start)]
    return json.dumps(result, ensure_ascii=False, indent=2)


def _as_text(args, deadline, rules) -> str:
    lines = [
        f"{deadline.term.name}（{deadline.code}）：{_spoken(deadline.due)}"
        + ("（暂定）" if deadline.provisional else ""),
        deadline.explanation,
    ]
    if deadline.office_target:
        lines.append(f"内部目标：{_spoken(deadline.office_target)}")
    if _is_chain(args.rule):
        hops = deadlines.relay_chain(deadline.start)
        lines.append("逐级转送：" + "；".join(f"{hop.name}{hop.share_days}日，到{hop.ends_on}" for hop in hops))
    return "\n".join([*lines, f"适用规则：{'、'.join(rules)}"])


def _run_batch(args, pack) -> int:
    if args.batch == "-":
        return _answer_lines(sys.stdin.buffer, pack)
    try:
        with open(args.batch, "rb") as lines:
            return _answer_lines(lines, pack)
    except OSError as error:
        return _complain(f"打不开文件“{args.batch}”：{error.strerror}。请核对文件名。", USAGE)


def _answer_lines(lines, pack) -> int:
    """One line out for each line in, in the same order and in constant memory; blank lines are passed over."""
    status = OK
    for number, raw in enumerate(lines, start=1):
        raw = raw.removeprefix(b"\xef\xbb\xbf") if number == 1 else raw
        if not raw.strip():
            continue
        question = {}
        try:
            question = _question(raw)
            result = {"id": question.get("id"), **_dates(*answer(question, pack))}
        except (LineRefused, *_KNOWN_ERRORS) as error:
            result = {"id": question.get("id"), "error": str(error)}
            status = _complain(f"第{number}行：{error}", REFUSED)
        print(_line(result))
    return status


def _line(result: dict) -> str:
    """One line of JSON. Half of a surrogate pair in an id cannot be printed, so it goes out escaped, as it came in."""
    return json.dumps(result, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")


def _question(raw: bytes) -> dict:
    try:
        question = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise LineRefused(
            '不是正确的 JSON（UTF-8）。每行应是一个对象，例如 {"id": 1, "rule": "HANDLE60", "start": "2026-03-02"}。'
        ) from error
    if not isinstance(question, dict):
        raise LineRefused("每行应是一个 JSON 对象，不能是列表、数字或文字。")
    return question


def _dates(deadline, rules) -> dict:
    return {
        "nominal": deadline.nominal.isoformat(),
        "due": deadline.due.isoformat(),
        "office_target": deadline.office_target.isoformat() if deadline.office_target else None,
        "provisional": deadline.provisional,
        "rules": list(rules),
    }


def _day(text, label: str) -> date:
    try:
        if isinstance(text, str) and _ISO_DAY.fullmatch(text.strip()):
            return date.fromisoformat(text.strip())
    except ValueError:
        pass
    raise LineRefused(f"{label}“{text}”不是日期，请写成 2026-03-02 的样子。")


def _hearing(value) -> tuple[date, date] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise LineRefused('听证日期（hearing）应写明起、止两天，例如 ["2026-03-10", "2026-03-20"]。')
    return _day(value[0], "听证开始日期"), _day(value[1], "听证结束日期")


def _is_chain(label: str) -> bool:
    code, _, remark = read_label(label)
    return code == "PO15" and remark == "chain"


def _spoken(day: date) -> str:
    return f"{day}（星期{'一二三四五六日'[day.weekday()]}）"


def _complain(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status
