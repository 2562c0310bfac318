"""What analysis keeps: one module for each part of it."""

from .proposals import Proposal

__all__ = ["Proposal"]
