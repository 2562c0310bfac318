"""What the workers remember: when each periodic duty was last done, and which workers are alive."""

from django.db import models


class Duty(models.Model):
    """One periodic duty. It is due when `next_at` has passed, however long nobody worked (secure-checklist 34)."""

    name = models.CharField(max_length=40, primary_key=True)
    next_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_count = models.IntegerField(default=0, help_text="rows touched the last time")
    error = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """One worker process and when it was last seen."""

    name = models.CharField(max_length=60, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
