"""The fixture of `xinqiao seed-authz`, made once for all tests here and taken back afterwards."""

import pytest
from django.conf import settings
from django.utils import timezone

from tests.shared import one_transaction


@pytest.fixture(scope="module")
def authz(django_db_setup, django_db_blocker):
    """What `seed-authz` tells. Lives in one transaction that ends with the module; each test has a savepoint in it."""
    from xinqiao.seed import authz as fixture

    with one_transaction(django_db_blocker), pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "XINQIAO_DEMO", True)
        yield fixture.run(at=timezone.now())
