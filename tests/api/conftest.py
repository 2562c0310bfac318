"""What every test of the interface stands on."""

import pytest
from django.utils import timezone


@pytest.fixture
def world(db):
    from tests.world import World  # reads the models, which Django has not set up yet when this file is read

    return World()


@pytest.fixture
def still(monkeypatch):
    """The clock stands still: what is counted by the minute is not torn in two."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
