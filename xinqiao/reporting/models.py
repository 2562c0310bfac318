"""Tables of the package. The models stand beside what they belong to; Django looks for them here."""

from .indicators.models import Fact, Kept, MonthSum, Standing

__all__ = ["Fact", "Kept", "MonthSum", "Standing"]
