"""A town, and somebody with a receipt in front of a browser."""

from datetime import timedelta

import pytest


class Visitor:
    """A person with the receipt of one matter."""

    def __init__(self, number: str, code: str):
        from django.test import Client

        self.client, self.number, self.code = Client(), number, code

    def proves(self):
        return self.client.post("/track/", {"number": self.number, "code": self.code})

    def url(self, rest: str = "") -> str:
        return f"/matters/{self.number}/{rest}"

    def get(self, rest: str = "", **data):
        return self.client.get(self.url(rest), data)

    def post(self, rest: str, data: dict, **more):
        return self.client.post(self.url(rest), data, **more)


def day(ago: int = 0) -> str:
    """A day before today, as World.take wants it."""
    from django.utils import timezone

    return (timezone.localdate() - timedelta(days=ago)).isoformat()


@pytest.fixture
def world(db):
    from tests.world import World  # models can be imported only once Django is set up

    return World()


@pytest.fixture
def visit(world, monkeypatch):
    """visit(world.served, …) makes the matter by real steps and gives its petitioner at a browser."""
    receipts = []
    original = world.file

    def remember(*args, **changes):
        receipts.append(original(*args, **changes))
        return receipts[-1]

    monkeypatch.setattr(world, "file", remember)

    def begin(make, *args, proved: bool = True, **changes) -> Visitor:
        from xinqiao.matters.models import Matter

        made = make(*args, **changes)
        receipt = receipts[-1]
        visitor = Visitor(receipt.number, receipt.query_code)
        visitor.matter = Matter.objects.get(pk=getattr(made, "pk", receipt.matter_id))
        if proved:
            assert visitor.proves().status_code == 302
        return visitor

    return begin
