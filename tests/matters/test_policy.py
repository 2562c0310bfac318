"""A regional policy pack in force (0.2): shorter limits and regional holidays reach the clocks; a loosening one stops the start."""

import json

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from tests.world import World, at
from xinqiao.matters import policy
from xinqiao.rules.stages import Step

HEAD = {"code": "ly", "name": "临江地区信访规则", "region": "临江地区", "version": "1", "source": "临江地区信访办法"}


@pytest.fixture
def use_pack(settings, tmp_path):
    def use(**content):
        path = tmp_path / "pack.json"
        path.write_text(json.dumps({**HEAD, **content}, ensure_ascii=False), encoding="utf-8")
        settings.XINQIAO_POLICY_PACK = str(path)
        policy.pack.cache_clear()

    yield use
    settings.XINQIAO_POLICY_PACK = ""
    policy.pack.cache_clear()


@pytest.mark.django_db
def test_a_shorter_limit_reaches_the_clock_and_says_so(use_pack):
    use_pack(terms={"HANDLE60": {"days": 30, "citation": "临江地区信访办法第八条"}})
    matter = World().in_handling("2026-03-02")
    clock = matter.clocks.get(term="HANDLE60")
    assert clock.due_on == at("2026-04-01").date()
    assert "0-PACK" in clock.rules


@pytest.mark.django_db
def test_a_regional_holiday_rolls_the_limits_of_the_region(use_pack):  # DL-18
    use_pack(rest_days={"2026-03-17": "民族节日"}, rest_days_source="临江地区关于放假的通知")
    matter = World().signed_in("2026-03-02")
    assert matter.clocks.get(term="UNIT15").due_on == at("2026-03-18").date()


def test_a_pack_that_loosens_stops_the_start_and_names_the_rule(use_pack):  # B18
    use_pack(terms={"HANDLE60": {"days": 90, "citation": "临江地区信访办法第八条"}})
    with pytest.raises(ImproperlyConfigured, match="0-PACK") as stopped:
        apps.get_app_config("matters").ready()
    assert "HANDLE60" in str(stopped.value)


@pytest.mark.django_db
def test_the_simple_procedure_can_be_switched_off(use_pack):
    from xinqiao.rules.refusals import StepRefused

    world = World()
    matter = world.signed_in("2026-03-02")
    use_pack(switch_off=["SIMPLE10WD"])
    with pytest.raises(StepRefused) as refused:
        world.take(Step.ACCEPT_SIMPLE, matter.pk, world.zhou_leads_unit, "2026-03-03")
    assert refused.value.code == "simple_off"
