"""运行状况: the administrators see how the installation is, nobody else does, and no petition is on it."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from tests.world import World
from xinqiao.jobs import condition
from xinqiao.jobs.duties import TASKS
from xinqiao.jobs.models import Duty, Worker
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Role
from xinqiao.workbench.admin import running

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return World()


@pytest.fixture
def page(world):
    """The page as the system administrator reads it."""
    client = Client()
    client.force_login(Officer.objects.filter(roles__contains=[Role.SYSTEM_ADMINISTRATOR]).first().user)
    return lambda: client.get("/desk/admin/running/")


class TestRunning:
    def test_shows_work_by_name_and_nothing_of_a_petition(self, world, page):
        matter = world.triaged()
        now = timezone.now()
        Worker.objects.create(name="machine:1", started_at=now, seen_at=now)
        Duty.objects.create(name="deadlines", next_at=now - timedelta(hours=1), done_at=now - timedelta(hours=1))
        Duty.objects.create(name="search", next_at=now, done_at=now, error="ValueError")
        shown = page().content.decode()
        for words in ("运行中", "期限提醒", "已晚", "建立检索", "ValueError", "办理后的处理", "PostgreSQL", "数据目录", "需要处理"):
            assert words in shown, words
        for secret in (matter.number, matter.title, matter.place.name):
            assert secret not in shown

    def test_says_what_to_do(self, page):
        now = timezone.now()
        Duty.objects.create(name="deadlines", next_at=now, done_at=now)
        assert "请启动 xinqiao worker" in page().content.decode()

    def test_every_warning_has_words_of_its_own(self):
        import inspect
        import re

        given = set(re.findall(r'yield\s*\(?\s*"([a-z_]+)"', inspect.getsource(condition._warnings)))
        assert given == set(running.TROUBLES)

    def test_every_duty_has_a_name_that_administrators_read(self):
        assert {task.name for task in TASKS} <= set(running.WORK)

    def test_without_the_tables_it_says_so(self, page, monkeypatch):
        def gone(at):
            raise OperationalError

        monkeypatch.setattr(running, "_context", gone)
        answer = page()
        assert answer.status_code == 200 and "数据库没有响应" in answer.content.decode()

    def test_is_not_for_those_who_work_on_cases(self, world):
        client = Client()
        client.force_login(world.li_triages.user)
        assert client.get("/desk/admin/running/").status_code in (403, 404)
