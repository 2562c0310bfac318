"""Bring a filled database up to date with the program: the migrations have run, what is counted or indexed anew is made here."""

from django.db import connection
from django.utils import timezone

from bench import filling, oversight, synthetic


def run() -> None:
    """Each once, and again when the program has changed it since. As the owner of the tables."""
    with connection.cursor() as cursor:
        cursor.execute(filling.SCHEMA)
    _index()
    filling.step("likeness", _likeness, in_transaction=False)
    _count()
    filling.step("oversight", oversight.fill, in_transaction=False)
    filling.step(f"statistics, {_last_migration()}, {_work_done()}", synthetic.analyze, in_transaction=False)


def _work_done() -> int:
    """Changes with every step that writes rows, so that the planner hears of them."""
    return sum(not name.startswith("statistics") for name in filling.steps())


def _last_migration(app: str = "%") -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT app || '.' || name FROM django_migrations WHERE app LIKE %s ORDER BY id DESC LIMIT 1", [app])
        return cursor.fetchone()[0]


def _index() -> None:
    """Entries of an older version are made anew."""
    from xinqiao.matters import entries
    from xinqiao.search.entries import VERSION

    def make() -> None:
        for _progress in entries.make_again():
            pass

    filling.step(f"search, version {VERSION}", make, in_transaction=False)


def _likeness() -> None:
    """What the texts are like, of a database that was filled before there was such a thing."""
    from xinqiao.search import likeness

    for _made in likeness.make_missing():
        pass


def _count() -> None:
    """The counts of dashboards, from the matters that are there."""
    from xinqiao.matters import counted

    filling.step(f"sums, {_last_migration('counts')}", lambda: counted.rebuild(at=timezone.now()), in_transaction=False)
