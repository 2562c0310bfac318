"""Change the keys that seal identities and files, while the site runs.

更换加密身份和文件的密钥，网站不用停。做到一半停下来也没关系：xinqiao rotate-keys --continue 接着做。

  xinqiao rotate-keys              a new field key, then every value that an older one sealed is sealed with it
  xinqiao rotate-keys --index      also a new index key, and the blind indexes made anew
  xinqiao rotate-keys --status     which key still seals how many values
  xinqiao rotate-keys --retire 1   put key 1 aside, once nothing needs it
"""

import argparse
import contextlib
import json
import sys
import time

from xinqiao import cli, database

HELP = "更换密钥 · change the keys that seal identities and files"
PASSES = 5  # rows that somebody held are found by the next pass
FIRST_PAUSE = 0.05  # seconds until then, each time three times as long: whoever holds a row lets it go
REST_HOURS = 24  # sessions and half-written forms sealed with the old key live so long at most


def add_arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--continue", dest="resume", action="store_true", help="make no new key; finish what was begun")
    what.add_argument("--status", action="store_true", help="which key seals how many values; exit 1 if older ones do")
    what.add_argument("--retire", type=int, metavar="N", help="put field key N aside, if nothing uses it any more")
    parser.add_argument("--index", action="store_true", help="rotate the key of the blind indexes too")
    parser.add_argument(
        "--now", action="store_true", help=f"with --retire: do not wait {REST_HOURS} hours for sessions"
    )
    parser.add_argument("--json", action="store_true")


def run(args: argparse.Namespace) -> int:
    """0 when no value needs an older key, 1 when some do (said which), 3 without a database."""
    with database.available():
        cli.start_django()
        if args.status:
            return _status(args)
        if args.retire is not None:
            return _retire(args)
        return _rotate(args)


def sealed_tables() -> tuple:
    """Every table with sealed columns. `uses()` finds a column that is missing here, and then no key is retired."""
    from xinqiao.crypto.rotation import Index, SealedTable

    petitioner = ("name", "id_number", "mobile", "phone", "email", "address", "work_unit")
    return (
        SealedTable("crypto_datakey", {"wrapped": "data_key"}),
        SealedTable(
            "people_petitioner",
            {f"sealed_{name}": f"petitioner.{name}" for name in petitioner},
            indexes=(
                Index("name_index", "sealed_name", "name"),
                Index("id_index", "sealed_id_number", "id"),
                Index("mobile_index", "sealed_mobile", "mobile"),
            ),
        ),
        SealedTable(
            "people_account",
            {"sealed_mobile": "account.mobile"},
            indexes=(Index("mobile_index", "sealed_mobile", "mobile"),),
        ),
        SealedTable(
            "notifications_message",
            {"sealed_recipient": "message.recipient", "sealed_text": "message.text"},
            indexes=(
                Index(
                    "recipient_index",
                    "sealed_recipient",
                    lambda row: "mobile" if row["channel"] == "sms" else "email",
                ),
            ),
            also_read=("channel",),
        ),
        SealedTable(
            "notifications_roundupchoice", {"sealed_mobile": "roundup.mobile", "sealed_email": "roundup.email"}
        ),
        SealedTable("matters_accused", {"sealed_person": "accused.person"}, lasting=True, frozen=True),
        SealedTable("matters_idempotencykey", {"response": "idempotency"}),
        SealedTable("portal_draft", {"sealed": "draft.text", "sealed_receipt": "draft.receipt"}),
        SealedTable("portal_draftfile", {"sealed": "draft.file"}),
        SealedTable("analysis_proposal", {"candidates": "proposal.candidates"}, lasting=True),
        SealedTable("analysis_modeldraft", {"text": "model_draft.text"}),
        SealedTable("api_upload", {"stored": "api.upload"}, lasting=True),
        SealedTable(
            "documents_document", {"data": "document.data", "text": "document.text"}, lasting=True, frozen=True
        ),
        SealedTable(
            "matters_submission",
            {"respondent": "submission.respondent", "channel_facts": "submission.channel_facts"},
            lasting=True,
            frozen=True,
        ),
    )


def _rotate(args: argparse.Namespace) -> int:
    from xinqiao.crypto import keys, rotation
    from xinqiao.integrity import audit
    from xinqiao.rules.audit import AuditKind

    older = sum(rotation.waiting(table) for table in sealed_tables() if rotation.may_write(table))
    if older and not args.resume:
        print(
            f"上一次更换还没有做完（还有 {older} 行）。请先运行 xinqiao rotate-keys --continue。\n"
            f"The last rotation is not finished ({older} rows). Run xinqiao rotate-keys --continue first.",
            file=sys.stderr,
        )
        return cli.FAILED
    if not args.resume:
        keys.newest("field")
        made = {"field": keys.add("field")} | ({"index": keys.add("index")} if args.index else {})
        audit.note(AuditKind.KEY_CHANGED, subject=f"key:{made['field']}", detail={"made": made})
        _say(args, "新密钥已启用：" + "、".join(f"{name} {number}" for name, number in made.items()))
    started = time.monotonic()
    sums = rotation.Sums()
    _reseal_all(args, sums)
    files = _seal_files(args)
    if args.index:
        _reindex_all(args, sums)
    left = {table.table: count for table in sealed_tables() if (count := rotation.waiting(table))}
    facts = {
        "field_key": keys.newest("field")[0],
        "resealed_rows": sums.resealed,
        "reindexed_rows": sums.reindexed,
        "sealed_files": files,
        "broken": sums.broken,
        "left": left,
        "seconds": round(time.monotonic() - started, 1),
    }
    audit.note(AuditKind.KEY_CHANGED, subject=f"key:{facts['field_key']}", detail=facts)
    _report(args, facts)
    return cli.FAILED if sums.broken or any(_writable_left(left)) else cli.OK


def _writable_left(left: dict) -> list[str]:
    from xinqiao.crypto import rotation

    return [table.table for table in sealed_tables() if table.table in left and rotation.may_write(table)]


def _reseal_all(args: argparse.Namespace, sums) -> None:
    from xinqiao.crypto import rotation

    tables = [table for table in sealed_tables() if rotation.may_write(table)]
    with _bar(args, sum(map(rotation.waiting, tables)), "重新加密") as bar:
        for number in range(PASSES):
            if number:
                time.sleep(FIRST_PAUSE * 3 ** (number - 1))
            for table in tables:
                for rows in rotation.reseal(table, sums):
                    bar.update(rows)
            if not any(map(rotation.waiting, tables)):
                return


def _reindex_all(args: argparse.Namespace, sums) -> None:
    from xinqiao.crypto import rotation
    from xinqiao.notifications.models import OptOut

    with _bar(args, None, "重算索引") as bar:
        for table in sealed_tables():
            for rows in rotation.reindex(table, sums):
                bar.update(rows)
    for row in OptOut.objects.filter(pk__in=sums.moved_indexes):  # it holds no number, only the index of one
        OptOut.objects.get_or_create(pk=sums.moved_indexes[row.pk], defaults={"since": row.since})
        row.delete()


def _seal_files(args: argparse.Namespace) -> int:
    """Files of older versions, which lay unsealed or were sealed by a field key. Others need nothing: their data key was sealed anew."""
    from xinqiao.documents import archive
    from xinqiao.matters import file_room

    count = 0
    with _bar(args, None, "加密旧文件", "份") as bar:
        for name, suffix in file_room.unsealed():
            file_room.seal_again(name, suffix)
            bar.update(1)
            count += 1
        for path in archive.unsealed_pdfs():
            path.unlink()  # a copy: the letter is printed again from its data when somebody asks for it
            bar.update(1)
            count += 1
    return count


def _status(args: argparse.Namespace) -> int:
    from xinqiao.crypto import keys, rotation

    newest = keys.newest("field")[0]
    found = {column: dict(counts) for column, counts in rotation.uses().items()}
    older = {column: counts for column, counts in found.items() if set(counts) - {str(newest)}}
    if args.json:
        print(json.dumps({"newest": newest, "keys": sorted(keys.every("field")), "uses": found}, indent=2))
    else:
        print(f"正在使用：field {newest}；保存着：{'、'.join(map(str, sorted(keys.every('field'))))}")
        for column, counts in sorted(found.items()):
            print(f"  {column:44} " + "  ".join(f"密钥{key}：{count}" for key, count in sorted(counts.items())))
    return cli.FAILED if older else cli.OK


def _retire(args: argparse.Namespace) -> int:
    from xinqiao.crypto import keys
    from xinqiao.integrity import audit
    from xinqiao.rules.audit import AuditKind

    number, newest = args.retire, keys.newest("field")[0]
    if number not in keys.every("field") or number == newest:
        return _refuse(
            f"不能停用密钥 {number}：" + ("它正在使用。" if number == newest else "没有这把密钥。"), cli.USAGE
        )
    if problem := _needed(number):
        return _refuse(problem, cli.FAILED)
    hours = (time.time() - keys.made_at("field", newest)) / 3600
    if hours < REST_HOURS and not args.now:
        return _refuse(
            f"密钥 {newest} 启用才 {hours:.0f} 小时：登录状态和没写完的表单最多 {REST_HOURS} 小时还用旧密钥。"
            "请明天再停用；加 --now 立即停用，这些人要重新登录。",
            cli.FAILED,
        )
    aside = keys.retire("field", number)
    if problem := _needed(number):  # something was written with it at the very last moment
        keys.bring_back("field", number)
        return _refuse(problem, cli.FAILED)
    audit.note(AuditKind.KEY_CHANGED, subject=f"key:{number}", detail={"retired": number})
    print(f"密钥 {number} 已停用，放在 {aside}。确认备份里也不再需要它以后，再销毁这个文件。")
    return cli.OK


def _needed(number: int) -> str:
    from xinqiao.crypto import rotation
    from xinqiao.matters import file_room

    files = sum(1 for _ in file_room.unsealed())
    if files:
        return f"不能停用密钥 {number}：还有 {files} 个旧文件没有重新加密。请先运行 xinqiao rotate-keys --continue。"
    found = {column: counts[str(number)] for column, counts in rotation.uses().items() if counts[str(number)]}
    if not found:
        return ""
    where = "；".join(f"{column} {count} 个" for column, count in found.items())
    return f"不能停用密钥 {number}：还有内容要用它打开（{where}）。可先运行 xinqiao rotate-keys --continue。"


def _refuse(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status


def _say(args: argparse.Namespace, message: str) -> None:
    if not args.json:
        print(message, flush=True)


def _report(args: argparse.Namespace, facts: dict) -> None:
    if args.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
        return
    rate = facts["resealed_rows"] / facts["seconds"] if facts["seconds"] else 0
    print(
        f"重新加密 {facts['resealed_rows']} 行，{facts['seconds']} 秒（每秒 {rate:.0f} 行）；索引 {facts['reindexed_rows']} 行；旧文件 {facts['sealed_files']} 份。"
    )
    for table, count in facts["left"].items():
        print(f"还用旧密钥：{table} {count} 行")
    if facts["broken"]:
        print(f"有 {facts['broken']} 个值打不开，没有改动。请核对密钥文件夹是否完整。", file=sys.stderr)
    if not facts["left"] and not facts["broken"]:
        print("没有内容再用旧密钥。备份过期后，可用 --retire 停用。")


@contextlib.contextmanager
def _bar(args: argparse.Namespace, total: int | None, what: str, unit: str = "行"):
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, desc=what, disable=True if args.json else None) as bar:
        yield bar
