"""Bring a filled database up to date with the program: the migrations have run, what is counted or indexed anew is made here."""

from django.db import connection
from django.utils import timezone

from bench import filling, synthetic


def run() -> None:
    """Each once, and again when the program has changed it since. As the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(filling.SCHEMA)
        cursor.execute("SELECT name FROM django_migrations ORDER BY id DESC LIMIT 1")
    changed = _index()
    changed |= _count()
    if changed:
        synthetic.analyze()


def _index() -> bool:
    """Entries of an older version are made anew."""
    from xinqiao.matters import entries
    from xinqiao.search.entries import VERSION

    name = f"search, version {VERSION}"
    if name in filling.steps():
        return False

    def make() -> None:
        for _progress in entries.make_again():
            pass

    filling.step(name, make, in_transaction=False)
    return True


def _count() -> bool:
    """The counts of dashboards, from the matters that are there."""
    if "counts" in filling.steps():
        return False
    from xinqiao.matters import counted

    filling.step("counts", lambda: counted.rebuild(at=timezone.now()), in_transaction=False)
    return True
