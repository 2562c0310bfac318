"""The page of classifier versions in a real browser: fits a phone and a desk, is accessible, leads to the way back."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.world import World
from xinqiao.analysis.models import ClassifierVersion
from xinqiao.organisations.models import ContentClass
from xinqiao.rules.stages import Role

pytestmark = pytest.mark.django_db(transaction=True)
MADE = datetime(2026, 3, 9, 2, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
NAMES = {"03": "城乡建设", "04": "劳动和社会保障", "12": "科技与信息产业", "13": "环境保护"}


def version(*, active: bool, f1: float, note: str, weights: bytes | None = b"x") -> ClassifierVersion:
    per_class = [
        {"code": code, "n": n, "said": n, "right": n - 6, "f1": 0.9}
        for code, n in zip(NAMES, (120, 90, 3, 70), strict=True)
    ]
    scores = {
        "macro_f1": f1,
        "accuracy_of_sure": 0.981,
        "exact": 0.832,
        "per_class": per_class,
        "mixed": [{"right": "13", "said": "03", "n": 9}],
    }
    return ClassifierVersion.objects.create(
        made_at=MADE,
        made_by="duty",
        matters=4120,
        held_out=1031,
        weights=weights,
        active=active,
        scores=scores,
        note=note,
    )


def test_versions_and_the_way_back(browser):
    world = World()
    for code, name in NAMES.items():
        ContentClass.objects.create(code=code, name=name, level=1, version="1", valid_from=date(2020, 1, 1))
    administrator = world.officer("sys", "席统", world.government, Role.SYSTEM_ADMINISTRATOR)
    browser.sign_in(administrator.user)
    browser.open("/desk/classifier/")
    browser.look("classifier-none")
    version(active=False, f1=0.88, note="检验结果不低于关键词，已启用。", weights=None)
    version(active=False, f1=0.91, note="检验结果不低于原来使用的版本，已启用。")
    version(active=True, f1=0.923, note="检验结果不低于原来使用的版本，已启用。")
    browser.open("/desk/classifier/")
    browser.look("classifier")
    browser.page.get_by_role("link", name="改用").click()
    browser.look("classifier-use")
    browser.page.get_by_role("button", name="改用这个版本").click()
    browser.page.get_by_text("请写明为什么改用这个版本。").first.wait_for()
