"""运行状况: for the administrators, how the installation is. Names of work and numbers; no petition, no person."""

from datetime import datetime, timedelta

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from xinqiao.jobs import condition

from .. import door

WORK = {
    "bulk": "批量办理",
    "exports": "生成导出文件",
    "withdrawals": "办结撤回",
    "deadlines": "期限提醒",
    "patrol": "案件巡查",
    "rating_windows": "评价期结束后核对",
    "urgent_alarms": "重大紧急超时提醒",
    "provisional": "重算暂定期限",
    "screening": "下达排查任务",
    "screening_alerts": "排查没报提醒",
    "roundups": "汇总提醒",
    "recommendations": "三项建议通知、到期提醒",
    "rescan": "文件病毒扫描",
    "forget": "清理过期数据",
    "search": "建立检索",
    "counts": "汇总统计数字",
    "counts_check": "每夜核对统计",
    "proposals": "系统建议",
    "model_drafts": "机器起草",
    "classifier": "训练分类模型",
    "indicators": "计算指标",
    "indicators_check": "每夜核对指标",
    "reports": "起草报告",
    "ledgers": "台账到期提醒",
    "word_scale": "统计常用词",
    "hot_issues": "归并热点问题",
    "hot_surges": "热点上升提醒",
    "meetings": "会议议定事项提醒",
    "checkpoints": "签名存证",
    "deliveries": "办理后的处理",
    "messages": "发送消息",
}
TROUBLES = {
    "checkpoints": "存证没有按时生成，或没有抄到外部目录。请检查后台任务和存证目录。",
    "worker": "没有后台任务在运行。请启动 xinqiao worker。",
    "duties": "有定时任务超过10分钟没有执行。请检查后台任务。",
    "duties_failed": "有定时任务上次执行失败。请查看系统日志。",
    "queues": "有工作积压超过10分钟。请检查后台任务，必要时多启动一个。",
    "search": "有信访件还没有建立检索，正在补建。",
    "indicators": "有指标与信访件对不上，已经改正。请查看系统日志，并把日志交给维护人员。",
    "counts": "统计数字与信访件对不上。请查看系统日志，再运行 xinqiao counts --rebuild。",
    "disk": "磁盘快满了。请尽快清理或扩容。",
    "migrations": "数据库结构需要更新。请运行 xinqiao migrate。",
    "limits": "经过连接池的数据库连接没有时间上限。请运行 xinqiao migrate，再让连接池重新连接。",
    "replica": "只读副本不可用或落后，报表改读主库。请检查副本。",
}
DISKS = {"data": "数据目录", "files": "附件目录"}
STATES = {"active": "执行中", "idle": "空闲", "idle in transaction": "事务中等待"}
REPLICA = {"": "可用", "behind": "落后过多", "gone": "连接不上", "primary": "不是副本"}


@door.officer_required
@never_cache
@require_safe
def running_page(request: HttpRequest) -> HttpResponse:
    """Workers, duties, queues, checkpoints, disks and versions, as they are now."""
    at = timezone.now()
    try:
        context = _context(at)
    except DatabaseError:
        context = {"unreadable": True}
    return render(request, "workbench/admin/running.html", {**context, "at": at})


def _context(at: datetime) -> dict:
    checkpoint, versions = condition.checkpoint_line(at), condition.versions()
    return {
        "troubles": [_(TROUBLES.get(name, name)) for name in condition.warnings(at)],
        "workers": condition.workers(at),
        "duties": [(WORK.get(one.name, one.name), _every(one.every), one) for one in condition.duty_lines(at)],
        "queues": [(WORK.get(one.name, one.name), _number(one.waiting), one) for one in condition.queues(at)],
        "checkpoint": checkpoint,
        "disks": [(_disk(one.name), _gigabytes(one.free), _gigabytes(one.total), one.low) for one in condition.disks()],
        "versions": versions,
        "database_size": _gigabytes(int(versions["database_bytes"])),
        "connections": [(STATES.get(state, "其他"), count) for state, count in condition.connections_open().items()],
        "replica": _replica(),
    }


def _replica() -> dict | None:
    copy = condition.replica()
    return copy and {"words": REPLICA[copy.why], "fit": not copy.why, "seconds": copy.seconds and round(copy.seconds)}


def _disk(name: str) -> str:
    return DISKS.get(name) or _("存证目录 %(number)s") % {"number": name.rsplit(" ", maxsplit=1)[-1]}


def _every(term: timedelta) -> str:
    seconds = int(term.total_seconds())
    for size, words in ((3600, "每%d小时"), (60, "每%d分钟")):
        if seconds >= size:
            return (words % (seconds // size)).replace("每1小时", "每小时").replace("每1分钟", "每分钟")
    return f"每{seconds}秒"


def _number(count: int) -> str:
    return f"{count}+" if count >= condition.MOST else str(count)


def _gigabytes(size: int) -> str:
    return f"{size / 2**30:.1f} GB" if size >= 2**30 else f"{size / 2**20:.0f} MB"
