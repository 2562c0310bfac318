"""A citizen without JavaScript, as a test sees one: opens pages, types, presses buttons."""

from django.test import Client
from django.urls import reverse

STORY = "我家住在和平路12号院3号楼，去年交的新房，今年一下雨屋顶就漏。报修三次没人管。"


def url(name: str, *args) -> str:
    return reverse(f"portal:{name}", args=args)


class Walk:
    """王秀兰 files about her leaking roof; each page can be answered differently."""

    def __init__(self, world, client: Client | None = None):
        self.world = world
        self.client = client or Client()

    def begin(self):
        return self.client.post(url("new"))

    def answer(self, slug: str, **typed):
        return self.client.post(url("file", slug), typed)

    def open(self, slug: str, **query):
        return self.client.get(url("file", slug), query)

    def answers(self) -> dict[str, dict]:
        return {
            "kind": {"purpose": "solve"},
            "elsewhere": {"danger": "no"},
            "place": {"place": str(self.world.county_gov.pk), "detail": "和平路12号院3号楼"},
            "story": {"content": STORY},
            "requests": {"request_0": "修好漏水的屋顶", "request_1": "赔偿泡坏的家具2300元"},
            "files": {},
            "who": {"who": "self"},
            "you": {"name": "王秀兰", "mobile": "138 0013 8000", "address": "和平路12号院3号楼501"},
            "wishes": {"secrecy": "no", "publish": "no", "electronic": "yes"},
        }

    def fill(self, **changed) -> "Walk":
        """Answer every page; `changed` replaces or adds pages (None leaves one out)."""
        self.begin()
        for slug, typed in {**self.answers(), **changed}.items():
            if typed is not None:
                answered = self.answer(slug, **typed)
                assert answered.status_code == 302, (slug, answered.context["form"].errors)
        return self

    def send(self):
        return self.client.post(url("check"))
