"""Understanding what people write (文本分析): the machine proposes and says why, a person decides (PIPL 24); switched off, the desk works the same."""

from django.conf import settings


def is_on() -> bool:
    """Whether the office lets the machine propose anything (`XINQIAO_ANALYSIS`)."""
    return settings.ANALYSIS
