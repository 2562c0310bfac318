"""Tables of the package. The models stand beside what they belong to; Django looks for them here."""

from .indicators.models import AreaSum, Fact, Kept, MonthSum, Standing
from .reports.models import Copy, Report, Version

__all__ = ["AreaSum", "Copy", "Fact", "Kept", "MonthSum", "Report", "Standing", "Version"]
