"""The fixture of `xinqiao seed-authz`, made once for all tests here and taken back afterwards."""

import pytest
from django.conf import settings
from django.db import transaction
from django.utils import timezone


@pytest.fixture(scope="module")
def authz(django_db_setup, django_db_blocker):
    """What `seed-authz` tells. Lives in one transaction that ends with the module; each test has a savepoint in it."""
    from xinqiao.seed import authz as fixture

    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        demo, settings.XINQIAO_DEMO = settings.XINQIAO_DEMO, True
        try:
            yield fixture.run(at=timezone.now())
        finally:
            settings.XINQIAO_DEMO = demo
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
