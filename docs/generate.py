"""Write law.md, glossary.md, permissions.md and indicators.md from the tables of xinqiao/rules: the law stands in one place, the pages quote it.

.venv/bin/python docs/generate.py          # tests/test_documentation.py fails while the files are out of date
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))

from xinqiao.rules import (  # noqa: E402
    document_contents,
    entrances,
    gates,
    grounds,
    indicators,
    liability,
    measures,
    moves,
    patrol,
    permissions,
    recommendations,
    stages,
    terms,
)
from xinqiao.rules.small_cells import AT_LEAST  # noqa: E402

STEP_MODULES = ("receive", "register", "transfer", "accept", "handle", "review", "follow", "end", "import_history")


def law() -> str:
    """Article → rule → code → test: every move, limit, ground and document with where it is kept and where it is tried."""
    return "\n".join(
        [
            "# The law in the code",
            "",
            "Made by `docs/generate.py` from the tables in `xinqiao/rules/`. `R-22(1)` is article 22 paragraph 1 of 《信访工作条例》;",
            "`T-…`, `D.…`, `DL-…`, `NA-…` are the rule ids of the domain specification; LAW outranks PRACTICE outranks INF (our choice).",
            "",
            "## By article",
            "",
            *_by_article(),
            "",
            "## Steps: who may do what, from where to where",
            "",
            "Code: `rules/moves.py`, one function of the same name in `matters/steps/`. Test: `tests/matters/test_moves.py` takes every",
            "row by the right role, the wrong role, a stranger, at a wrong stage and twice.",
            "",
            "| Step | Id | From | To | Who | Article | Clocks | Letters | File |",
            "|---|---|---|---|---|---|---|---|---|",
            *map(_move_row, moves.MOVES),
            "",
            "## Limits",
            "",
            "Code: `rules/terms.py`, `rules/deadlines.py`, `rules/calendar.py`. Tests: `tests/rules/test_deadlines.py`,",
            "`tests/rules/test_deadline_vectors.py` (the 40 vectors), `tests/matters/test_behaviours.py` (B01 to B19 on a matter).",
            "",
            "| Code | 期限 | Length | Starts | Whose | Source | Evidence |",
            "|---|---|---|---|---|---|---|",
            *(
                f"| `{t.code}` | {t.name} | {t.length} | {t.starts} | {t.holder} | {t.article} | {t.evidence} |"
                for t in terms.TERMS.values()
            ),
            "",
            "## Grounds for refusal",
            "",
            "Code: `rules/grounds.py`. Test: `tests/rules/test_grounds.py`. The list is closed.",
            "",
            "| Id | Ground | Article | Needs a policy pack |",
            "|---|---|---|---|",
            *(
                f"| {g.id} | {g.title} | {g.article} | {'yes' if g.needs_pack else ''} |"
                for g in grounds.GROUNDS.values()
            ),
            "",
            "## Gates of an opinion",
            "",
            "Code: `rules/gates.py`. Test: `tests/rules/test_gates.py`.",
            "",
            *(f"* {gate} {title}" for gate, title in {**gates.TITLES, **gates.REVIEW_TITLES}.items()),
            "",
            *_supervision(),
            "## Documents",
            "",
            "Code: `rules/document_contents.py`, `documents/`. Tests: `tests/rules/test_document_contents.py` (each mandatory field removed",
            "is refused), `tests/documents/`.",
            "",
            "| Id | Document | Signed by | Mandatory content | Basis |",
            "|---|---|---|---|---|",
            *map(_document_row, document_contents.DOCUMENTS.values()),
            "",
        ]
    )


def _move_row(move: moves.Move) -> str:
    origins = (
        "any" if len(move.origins) == len(stages.Stage) else "、".join(o.label for o in sorted(move.origins)) or "—"
    )
    if len(move.origins) > 8 and origins != "any":
        origins = f"{len(move.origins)} stages"
    clocks = " ".join([*(f"−{term}" for term in move.stops), *(f"+{term}" for term in move.starts)])
    who = "、".join(role.label for role in sorted(move.roles))
    letters = " ".join(move.documents)
    return (
        f"| {move.step.label} | {move.step.code} | {origins} | {move.to.label if move.to else '（不变）'} | {who} | {move.article} "
        f"| {clocks} | {letters} | {_file_of(move.step)} |"
    )


def _file_of(step: stages.Step) -> str:
    steps = DOCS.parent / "xinqiao" / "matters" / "steps"
    for name in STEP_MODULES:
        path = steps / f"{name}.py"
        if path.exists() and f"def {step.value}(" in path.read_text():
            return f"`steps/{name}.py`"
    return ""


def _document_row(row: document_contents.DocumentKind) -> str:
    labels = "、".join(document_contents.KEYS[key].label for key in row.required)
    signers = "、".join(role.label for role in row.signers)
    return f"| {row.id} | {row.title} | {signers} | {labels} | {row.basis} |"


def _supervision() -> list[str]:
    """What the patrol watches for, the three recommendations, the measures, the grounds of liability."""
    return [
        "## Supervision",
        "",
        "Code: `rules/patrol.py`, `supervision/patrol.py`. Test: `tests/supervision/test_patrol.py`: each row found once, on its day.",
        "",
        "| Trigger | 巡查发现 | Waits | Basis |",
        "|---|---|---|---|",
        *(
            f"| `{t.code}` | {t.name} | {f'{t.wait_days}日' if t.wait_days else ''} | {t.basis} |"
            for t in patrol.TRIGGERS.values()
        ),
        "",
        "Code: `rules/recommendations.py`, `rules/measures.py`. Tests: `tests/supervision/test_recommendations.py`, `test_measures.py`.",
        "",
        "| 建议、措施 | To whom | Basis |",
        "|---|---|---|",
        *(f"| {r.sort.label} | {r.to.label} | {r.basis} |" for r in recommendations.RECOMMENDATIONS.values()),
        *(f"| {m.sort.label} | 本地区的机关、单位 | {m.basis} |" for m in measures.MEASURES.values()),
        "",
        "### Grounds of liability (SV-7)",
        "",
        "Code: `rules/liability.py`. In our own short words; the Regulation's text prevails.",
        "",
        "| Id | 责任情形 | Whose | Article |",
        "|---|---|---|---|",
        *(f"| {r.code} | {r.words} | {r.whose.label} | {r.basis} |" for r in liability.LIABILITIES.values()),
        "",
    ]


def _by_article() -> list[str]:
    found = defaultdict(list)
    for move in moves.MOVES:
        for article in re.findall(r"(?<!A)R-(\d+)", move.article):
            found[int(article)].append(f"{move.step.label}")
    for term in terms.TERMS.values():
        for article in re.findall(r"第([一二三四五六七八九十]+)条", term.article) + re.findall(
            r"R-(\d+)", term.article
        ):
            number = int(article) if article.isdigit() else _numeral(article)
            if "信访工作条例" in term.article or article.isdigit():
                found[number].append(f"`{term.code}`")
    rows = ["| Article | Steps and limits |", "|---|---|"]
    return rows + [f"| R-{number} | {'、'.join(dict.fromkeys(found[number]))} |" for number in sorted(found)]


def _numeral(text: str) -> int:
    digits = "一二三四五六七八九"
    tens, _, ones = text.rpartition("十")
    if "十" not in text:
        return digits.index(text) + 1
    return (digits.index(tens) + 1 if tens else 1) * 10 + (digits.index(ones) + 1 if ones else 0)


NOUNS = (
    (
        "Submission",
        "信访件",
        "one letter, visit, call or web form; added, never changed",
        "matters/models/submission.py",
    ),
    ("Matter", "信访事项", "the substantive request: one kind, one place, one stage", "matters/models/matter.py"),
    ("Request", "诉求", "one numbered demand; the opinion answers each", "matters/models/matter.py"),
    ("Referral, desk", "转送、交办（一程）", "the matter on the desk of one organisation", "matters/models/desk.py"),
    ("Opinion", "处理、复查、复核意见书", "one decision document of one instance", "matters/models/opinion.py"),
    ("Clock", "期限", "one running limit with its inputs and rules", "matters/models/course.py"),
    ("Event", "办理记录", "one thing that happened; append-only, chained", "matters/models/course.py"),
    ("Delivery", "推送", "progress of one reaction to one event", "matters/models/course.py"),
    ("Service", "送达", "how and when a letter reached the citizen", "matters/models/opinion.py"),
    ("Accused set", "被检举控告的单位", "whoever may never learn that a report exists (C-01)", "matters/secrecy.py"),
    ("Petitioner", "信访人", "identity, sealed and kept apart", "people/models.py"),
    ("Account", "群众账号", "a citizen's log-in by mobile number", "people/models.py"),
    ("Organisation", "机关、单位", "tree with level and line", "organisations/models.py"),
    ("Officer", "工作人员（岗位）", "a person in one post", "organisations/models.py"),
    ("Place of the matter", "问题属地", "where the problem arose", "matters/models/matter.py"),
    ("Query code", "查询码", "16 characters that open the tracking page", "rules/numbering.py"),
    ("Document number", "文号", "简称+类型〔年〕序号", "rules/numbering.py"),
    ("Cell", "统计单元", "what a matter counts as: unit, stage, kind, class, channel, month", "counts/cells.py"),
    (
        "Batch",
        "批量办理",
        "one act on several petitions, each by its own step, with a result for each",
        "rules/bulk.py",
    ),
    ("Small cell", "小单元", "a figure from 1 to 4, which is not told (C-14)", "rules/small_cells.py"),
    ("Policy pack", "地方规则包", "regional rules that may only tighten", "rules/packs.py"),
    (
        "CompletionReport",
        "办结报告",
        "what an organ reports of an assigned matter to the office that assigned it (SV-8)",
        "matters/models/oversight.py",
    ),
    (
        "UrgentReport",
        "重大紧急信访信息",
        "what is major or urgent in a matter, reported and continued until it is over (UR-1)",
        "matters/models/oversight.py",
    ),
    (
        "Finding",
        "巡查发现",
        "one duty of an organ that was not done, in one matter; found by the patrol, decided by a person",
        "supervision/models.py",
    ),
    (
        "Supervision",
        "督办",
        "an office puts it to an organ in one matter that a duty was not done (SV-2)",
        "matters/models/oversight.py",
    ),
    (
        "Recommendation",
        "三项建议",
        "improve the work, improve a policy, or hold somebody liable (R-40); signed, answered in writing",
        "supervision/models.py",
    ),
    (
        "Feedback",
        "采纳情况反馈",
        "what the addressed organ says of a recommendation, one for each round",
        "supervision/models.py",
    ),
    (
        "Measure",
        "约谈、通报、挂牌督办、限期整改",
        "what the joint conference does so that an organ works (SV-6)",
        "supervision/models.py",
    ),
    (
        "Rating window",
        "满意度评价",
        "what can be rated in a matter, from when until when; silence is neither yes nor no (RA-9)",
        "supervision/voices.py",
    ),
    (
        "Sample, sheet",
        "抽查、抽查表",
        "matters drawn by a seed that draws them again; what is right and wrong in each",
        "supervision/sheets.py",
    ),
    (
        "Item",
        "台账事项",
        "one line of a ledger: who has to do what by when, with evidence and a second person before it is cancelled",
        "ledgers/models.py",
    ),
    (
        "Campaign, round",
        "攻坚行动、督查轮次",
        "a period with targets, inspected every fifteen days (A-55)",
        "ledgers/models.py",
    ),
    (
        "HandOver",
        "新官理旧账",
        "open items go from a leader who leaves to another one; both sign (A-30)",
        "ledgers/models.py",
    ),
    (
        "Round, task",
        "排查、排查任务",
        "one screening over a part of the tree; what one unit of it has to report, if only that there is nothing",
        "information/models.py",
    ),
    ("InformationReport", "上报信息", "what is told upwards; each way it ever read is kept", "information/models.py"),
    ("Meeting, decision", "会议、议定事项", "a decision becomes an item of a ledger", "information/models.py"),
    (
        "Indicator, fact",
        "考核指标",
        "numerator and denominator as a row; how one matter counts in it",
        "rules/indicators.py",
    ),
    ("Report", "分析报告", "blocks of text, tables and plots, frozen when it is issued", "reporting/reports/models.py"),
    (
        "Proposal",
        "系统建议",
        "what the machine proposes of a text; decides nothing (PIPL 24)",
        "analysis/models/proposals.py",
    ),
    (
        "Link, verdict",
        "同一事项核对",
        "what an officer said of two matters: the same, not the same, taken back (DU-1)",
        "analysis/models/links.py",
    ),
    (
        "PublicAnswer",
        "公开答复",
        "a question and its answer as everybody may read them, with consent and a second person",
        "analysis/models/answers.py",
    ),
    ("HotIssue", "热点问题", "like matters seen together for analysis; joins no case (DU-7)", "analysis/models/hot.py"),
    (
        "HotMember",
        "热点问题的信访件",
        "one matter in an issue; what somebody took out stays out",
        "analysis/models/hot.py",
    ),
    ("heat", "热度", "0 to 100 from matters, places, days and growth, never from persons", "rules/hot.py"),
    ("voice", "计1次", "what counts once in heat: one person, one account, one same text", "analysis/hot/voices.py"),
    (
        "hot-issue sheet",
        "热点问题专报单",
        "facts, number of matters, cause, law, options, proposed lead",
        "analysis/hot/sheet.py",
    ),
    (
        "Surge",
        "短时间明显增多",
        "a class in a place, or a confirmed issue, over its usual number within 24 or 72 hours",
        "analysis/hot/surges.py",
    ),
)
PAIRS = (
    (
        "transfer 转送 / assign 交办",
        "An assignment sets a date for a report to the petition office; a transfer does not.",
    ),
    ("reply 答复 / notify 告知", "A notice says what happens with a matter; a reply decides it."),
    ("review 复查 / recheck 复核", "The second and the third, last instance."),
    ("accept 受理 / register 登记", "Every submission is registered; only the competent unit accepts."),
    ("handler 承办人 / receiver 收文岗", "The receiver signs for the desk, the handler investigates and drafts."),
    (
        "due 期限 / office target 内部目标日",
        "The last lawful day, rolled over rest days; the last working day before it.",
    ),
    (
        "merge like items 同类项合并 / merge petitioners 并案",
        "A hot issue is a view of several matters, each answered by itself; 并案 handles one matter of several people together.",
    ),
)


def glossary() -> str:
    """English name · 标准术语 · id · meaning or file, for every noun, stage, step, role and limit."""
    lines = [
        "# Glossary",
        "",
        "Made by `docs/generate.py`. English identifiers in the code, the standard Chinese term on every page.",
        "",
        "| English | 标准术语 | What it is | File |",
        "|---|---|---|---|",
        *(f"| {a} | {b} | {c} | `{d}` |" for a, b, c, d in NOUNS),
        "",
        "## Easily confused",
        "",
        *(f"* **{pair}**: {sentence}" for pair, sentence in PAIRS),
        "",
    ]
    for enum in (
        stages.Stage, stages.Step, stages.Role, stages.Kind, stages.Purpose, stages.Channel, stages.Route, stages.ReferralKind,
        stages.Outcome, stages.ReviewOutcome, stages.ServiceManner, stages.Line,
    ):  # fmt: skip
        lines += [f"## {enum.__name__}", "", "| Code | 标准术语 | Id |", "|---|---|---|"]
        lines += [f"| `{member.value}` | {member.label} | {member.code} |" for member in enum] + [""]
    lines += ["## Limits", "", "| Code | 标准术语 | Length |", "|---|---|---|"]
    lines += [f"| `{term.code}` | {term.name} | {term.length} |" for term in terms.TERMS.values()] + [""]
    return "\n".join(lines)


def indicators_page() -> str:
    """Every indicator of G.2 as it is defined: what is divided by what, on which day, on which rule, and what stands beside it."""
    lines = [
        "# Indicators",
        "",
        "Made by `docs/generate.py` from `xinqiao/rules/indicators.py`, the rows by which the program counts. Domain spec G.1, G.2, G.4.",
        "",
        "* A figure tells of an organ, never of a person, and stands with its numerator, its denominator and what was left out.",
        "* Never shown alone: the set is speed, quality, what guards them, and the citizen's voice. No ranking, no target, no colour by volume.",
        "* A limit that was met puts the matter into the period on that day, a missed one on its last day; what is not due yet is in no figure.",
        "  Days are calendar days in Asia/Shanghai. A finished quarter therefore stays as it was, save for what is appended to it later.",
        "* In no figure: reports (检举控告), what is sealed or names an accused person (C-01). Imported history had its limits in another system: it is",
        "  in no figure of time and in no repeat rate; what is done with it here counts from then on.",
        f"* 1 to {AT_LEAST - 1} is withheld, in the numerator, in what is not in it, and in the denominator; so is what could be reckoned from a",
        "  total (C-14). Of a withheld rate only the bound is told that “fewer than five” leaves open. Below thirty a note warns.",
        "* The product form of a municipal system of 2020 (G.3) — (满意 + 基本满意 + **超期未评价**) ÷ 全部 × (满意 + 基本满意 + 不满意) ÷ 全部 — counts",
        "  silence as satisfaction and is not computed. Where a region demands it, it is told beside the honest rate, with its formula.",
        "",
        "How a matter counts: `reporting/indicators/counting*.py`. Kept up after each event (`facts.py`), proved every night, read by `figures.py`.",
        "Test: `tests/reporting/oracle.py`, one plain SQL statement for each, compared on the seeded region.",
    ]
    for side in indicators.Side:
        rows = [row for row in indicators.INDICATORS.values() if row.side == side]
        lines += ["", f"## {side.label}", ""]
        lines += [
            "| Code | 指标 | Term | Of G.2 | ÷ | Numerator | Denominator | Left out | Counted on | Basis | Evidence | 五个法治化 | Beside |"
        ]
        lines += ["|---|---|---|---|---|---|---|---|---|---|---|---|---|", *map(_indicator_row, rows)]
    lines += ["", "## Defined, not computed", "", "| Code | Why |", "|---|---|"]
    lines += [f"| `{row.code}` | {row.missing} |" for row in indicators.INDICATORS.values() if row.missing]
    lines += [
        "",
        "## What a reader is told beside the figure",
        "",
        "| Code | Caution | Plain words of the public page |",
        "|---|---|---|",
    ]
    told = [row for row in indicators.INDICATORS.values() if row.caution or row.plain]
    lines += [f"| `{row.code}` | {row.caution} | {row.plain} |" for row in told]
    return "\n".join([*lines, ""])


def _indicator_row(row: indicators.Indicator) -> str:
    beside = " ".join(f"`{code}`" for code in row.beside)
    return (
        f"| `{row.code}` | {row.name} | {row.english} | {row.family} | {row.measure.value} | {row.numerator} | {row.denominator} | {row.exclusions} "
        f"| {row.counted_on} | {row.basis} | {row.evidence} | {row.legalisation.label} | {beside} |"
    )


def permissions_page() -> str:
    """The permission matrix, and every way in and out with its row."""
    codes = {caller: code for code, caller in permissions.COLUMNS.items()}
    order = list(next(iter(permissions.ROWS.values())).cells)
    lines = [
        "# Who may do what",
        "",
        "Made by `docs/generate.py` from `xinqiao/rules/permissions.py` and `xinqiao/rules/entrances.py`: the tables by which the program",
        "decides. `xinqiao permissions` and `xinqiao routes` print the same as text, CSV or JSON. Rows in bold are those of B.3.",
        "",
        "A cell is `reach:letters`. Reach: `own` one's own · `reg` while it is being registered · `asg` given to this very person · `sld` sealed",
        "list · `cmp` the competent organ · `org` a desk of the own organisation · `sub` also of those below the own government · `all`.",
        "Letters: `R` read · `M` read masked · `W` write · `A` approve · `X` export · `V` reveal with a reason · `C` counts only. Empty: nothing.",
        "",
        "Who stands in the accused set of a report has no cell at all there (C-01). Which step is open when: [law.md](law.md).",
        "",
        "| Code | Caller |",
        "|---|---|",
        *(f"| {codes[caller]} | {caller.label} |" for caller in order),
        "",
        f"| Object | {' | '.join(codes[caller] for caller in order)} | Basis |",
        f"|---|{'---|' * len(order)}---|",
    ]
    for row in permissions.ROWS.values():
        name = f"**{row.name}**" if row.in_b3 else row.name
        cells = " | ".join(str(row.cells[caller] or "") for caller in order)
        lines.append(f"| {name} | {cells} | {row.basis} |")
    lines += [
        "",
        "## Every way in and out",
        "",
        "Test: `tests/authz/test_tables.py` fails for a page, an operation, a job or a message without a line, and for a line whose name is",
        "gone. `tests/authz/test_matrix.py` lets every identity try every way in.",
        "",
        "| Name | Asks for | Who proves what | Scope | Basis |",
        "|---|---|---|---|---|",
    ]
    for line in entrances.ENTRANCES.values():
        asks = " or ".join(f"{thing} {action.code}" for thing, action in line.asks)
        lines.append(f"| `{line.name}` | {asks} | {line.who} | {line.scope} | {line.basis} |")
    return "\n".join([*lines, ""])


PAGES = {"law.md": law, "glossary.md": glossary, "permissions.md": permissions_page, "indicators.md": indicators_page}

if __name__ == "__main__":
    for name, make in PAGES.items():
        (DOCS / name).write_text(make(), encoding="utf-8")
        print(DOCS / name)
