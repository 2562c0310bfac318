"""What several tests stand on, made once: it lives in one transaction that is taken back, and each test has a savepoint in it."""

import contextlib
from collections.abc import Iterator

from django.db import transaction


@contextlib.contextmanager
def one_transaction(django_db_blocker) -> Iterator[None]:
    """For a fixture of a module, which must not hold tests that really commit.

        @pytest.fixture(scope="module")
        def town(django_db_setup, django_db_blocker):
            with one_transaction(django_db_blocker):
                yield World()
    """
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
