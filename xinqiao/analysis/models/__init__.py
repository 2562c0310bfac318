"""What analysis keeps: one module for each part of it."""

from .answers import PublicAnswer
from .classifier import ClassifierVersion
from .drafts import ModelDraft
from .hot import HotAct, HotGrouping, HotIssue, HotMember, HotSurge
from .links import Link
from .proposals import Proposal
from .word_scale import WordScale

__all__ = [
    "ClassifierVersion",
    "HotAct",
    "HotGrouping",
    "HotIssue",
    "HotMember",
    "HotSurge",
    "Link",
    "ModelDraft",
    "Proposal",
    "PublicAnswer",
    "WordScale",
]
