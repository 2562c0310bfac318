"""Days of the office and the moments they are made of."""

from datetime import date, datetime, time

from django.utils.timezone import make_aware


def begins_at(day: date) -> datetime:
    """The first moment of a day in the zone of the office (Asia/Shanghai)."""
    return make_aware(datetime.combine(day, time.min))
