"""What analysis keeps: one module for each part of it."""

from .hot import HotAct, HotGrouping, HotIssue, HotMember, HotSurge
from .proposals import Proposal

__all__ = ["HotAct", "HotGrouping", "HotIssue", "HotMember", "HotSurge", "Proposal"]
