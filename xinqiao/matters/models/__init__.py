"""The case: matter, submission, request, referral (desk), opinion, clock, event, and what hangs on them (D.1).

Ready to be distributed by the matter's id (architecture 2): every row below a matter carries `matter_id`, unique constraints include
it, and one child points to another by a plain number beside the `matter_id`. What must be unique across matters (numbers,
idempotency keys, imported rows) and what is claimed with SKIP LOCKED (deliveries) lives in small tables of its own.

Stages change only in `matters/steps/`; nothing here is edited directly (D.1).
"""

from ..secrecy import Accused, Clearance, Recusal, RetaliationLink, SealedEntry  # a part of these models, kept beside
from .citizen import Rating, Withdrawal
from .course import Clock, Delivery, Event
from .desk import Referral, ReferralQuerySet
from .imports import ImportedRow, ImportRun
from .matter import Matter, MatterNumber, MatterQuerySet, NumberSeries, Request
from .opinion import Opinion, Record, Service
from .oversight import CompletionReport, Supervision, UrgentDelivery, UrgentReport
from .readers import ASSIGNED_READERS, READERS, REPORT_GIVEN, REPORT_READERS, REPORT_REGISTRARS
from .submission import Attachment, IdempotencyKey, Submission

__all__ = [
    "ASSIGNED_READERS",
    "READERS",
    "REPORT_GIVEN",
    "REPORT_READERS",
    "REPORT_REGISTRARS",
    "Accused",
    "Attachment",
    "Clearance",
    "Clock",
    "CompletionReport",
    "Delivery",
    "Event",
    "IdempotencyKey",
    "ImportRun",
    "ImportedRow",
    "Matter",
    "MatterNumber",
    "MatterQuerySet",
    "NumberSeries",
    "Opinion",
    "Rating",
    "Record",
    "Recusal",
    "Referral",
    "ReferralQuerySet",
    "Request",
    "RetaliationLink",
    "SealedEntry",
    "Service",
    "Submission",
    "Supervision",
    "UrgentDelivery",
    "UrgentReport",
    "Withdrawal",
]
