"""The files that officers asked for: go on with them, and ring the bell of whoever asked once they are there (C-11)."""

from datetime import datetime

from xinqiao.exports import making
from xinqiao.exports.models import ExportState
from xinqiao.notifications import inbox
from xinqiao.rules.exports import KEPT_HOURS

WORDS = {
    ExportState.READY: f"您要的导出文件做好了，请下载。{KEPT_HOURS}小时后自动删除。",
    ExportState.FAILED: "您要的导出文件没有生成，请看原因。",
}


def make(at: datetime) -> int:
    """A few pieces of work, then the bell. Returns how many pieces were done."""
    done = making.make_waiting(at)
    for export in making.untold(at):
        inbox.tell_own(export.officer, WORDS[ExportState(export.state)], subject=str(export), at=at)
        making.mark_told(export, at=at)
    return done
