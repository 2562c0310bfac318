"""The door in a real browser: app, passkey with a virtual authenticator, one-time password, separated administrators."""

import pytest

from tests.conftest import DESK, PHONE
from tests.workbench.account.test_second_step import code
from tests.world import World
from xinqiao.organisations.models import Officer
from xinqiao.rules.stages import Role
from xinqiao.workbench.account import factors

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "不要用在别处的密码1"


def log_in(browser, username="xu", password=PASSWORD):
    browser.open("/desk/login/")
    browser.page.get_by_label("用户名").fill(username)
    browser.page.get_by_label("密码").fill(password)
    browser.page.get_by_role("button", name="登录", exact=True).click()


def give_authenticator(browser) -> None:
    """A laptop with a finger sensor, as Chromium's developer tools pretend it."""
    tools = browser.context.new_cdp_session(browser.page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


class TestPasskey:
    def test_is_made_and_opens_the_door_alone_and_as_second_step(self, browser):
        World()
        browser.site = browser.site.replace("127.0.0.1", "localhost")
        browser.begin(DESK)
        give_authenticator(browser)
        log_in(browser)
        browser.open("/desk/account/factors/passkey/")
        browser.page.get_by_label("您的登录密码").fill(PASSWORD)
        browser.screenshot("door-passkey-add")
        browser.page.get_by_role("button", name="建立通行密钥").click()
        browser.page.get_by_role("heading", name="请保存恢复码").wait_for()
        browser.assert_accessible()
        browser.screenshot("door-codes")
        browser.page.get_by_role("link", name="已经保存好").click()
        browser.context.clear_cookies()

        browser.open("/desk/login/")
        browser.screenshot("door-login-passkey")
        browser.page.get_by_role("button", name="用通行密钥登录").click()
        browser.page.wait_for_url("**/desk/")

        browser.context.clear_cookies()
        log_in(browser)
        browser.page.get_by_role("heading", name="登录第二步").wait_for()
        browser.assert_accessible()
        browser.screenshot("door-second-step")
        browser.page.get_by_role("button", name="用通行密钥", exact=True).click()
        browser.page.wait_for_url("**/desk/")


class TestApp:
    def test_is_set_up_on_a_phone_and_asked_at_the_next_log_in(self, browser, settings):
        settings.XINQIAO_SECOND_FACTOR = "required"
        world = World()
        browser.begin(PHONE)
        log_in(browser)
        browser.page.get_by_role("heading", name="请先设置第二步验证").wait_for()
        browser.assert_accessible()
        browser.screenshot("door-factors")
        browser.page.get_by_role("link", name="验证器应用").click()
        browser.page.get_by_text("扫不了").click()
        secret = browser.page.locator(".secret").inner_text().replace(" ", "")
        browser.page.get_by_label("您的登录密码").fill(PASSWORD)
        browser.assert_accessible()
        browser.screenshot("door-app")
        browser.page.get_by_label("应用上显示的6位数字").fill(code(secret=secret))
        browser.page.get_by_role("button", name="完成设置").click()
        browser.page.get_by_role("heading", name="请保存恢复码").wait_for()
        browser.context.clear_cookies()
        log_in(browser)
        browser.page.get_by_label("验证码").fill(code(0.5, secret))  # the present one may be used up
        browser.page.get_by_role("button", name="登录").click()
        browser.page.wait_for_url("**/desk/")
        assert factors.has_any(world.xu_handles.user)
        browser.open("/desk/account/")
        browser.assert_accessible()
        browser.screenshot("door-account-phone")


class TestAdministrators:
    def test_a_user_is_asked_for_approved_and_signs_in(self, browser):
        world = World()
        world.officer("sec", "安全员", world.office, Role.SECURITY_ADMINISTRATOR)
        browser.begin(DESK)
        log_in(browser, "sysadmin")
        browser.page.get_by_role("link", name="新建用户").click()
        for label, typed in (
            ("用户名", "newbie"),
            ("姓名", "新同志"),
            ("单位", world.office.name),
            ("职务", "科员"),
            ("理由", "新来的同志，负责登记"),
        ):
            browser.page.get_by_label(label, exact=True).fill(typed)
        browser.page.get_by_label("登记员").check()
        browser.page.get_by_label("您的登录密码").fill(PASSWORD)
        browser.assert_accessible()
        browser.screenshot("admin-new-user")
        browser.page.get_by_role("button", name="提交审批").click()
        browser.page.get_by_text("申请已提交").wait_for()
        request_url = browser.page.url.removeprefix(browser.site)

        browser.begin(DESK)
        log_in(browser, "sec")
        browser.page.get_by_role("link", name="变更申请").click()
        browser.page.get_by_role("link", name="新建用户").click()
        browser.page.get_by_label("同意", exact=True).check()
        browser.page.get_by_label("您的登录密码").fill(PASSWORD)
        browser.assert_accessible()
        browser.screenshot("admin-decide")
        browser.page.get_by_role("button", name="提交审批意见").click()
        browser.page.get_by_text("变更已生效").wait_for()

        browser.begin(DESK)
        log_in(browser, "sysadmin")
        browser.open(request_url)
        browser.page.get_by_label("您的登录密码").fill(PASSWORD)
        browser.page.get_by_role("button", name="生成一次性密码").click()
        one_time = browser.page.locator(".one-time").inner_text()
        browser.screenshot("admin-one-time")

        browser.begin(PHONE)
        log_in(browser, "newbie", one_time)
        browser.page.get_by_label("发给您的一次性密码").fill(one_time)
        browser.page.get_by_label("新密码", exact=True).fill("自己想的长长的密码3")
        browser.page.get_by_label("再输一次新密码").fill("自己想的长长的密码3")
        browser.assert_accessible()
        browser.screenshot("door-first-password")
        browser.page.get_by_role("button", name="修改密码").click()
        browser.page.wait_for_url("**/desk/")

        Officer.objects.filter(user__username="newbie").update(roles=[Role.ARCHIVIST])
        browser.open("/desk/")
        browser.page.get_by_text("您的岗位或权限有变动").wait_for()
        browser.screenshot("door-ended")

    def test_lists_fit_the_window(self, browser):
        world = World()
        browser.begin(DESK)
        log_in(browser, "sysadmin")
        for path in ("", f"users/{world.xu_handles.user_id}/", "requests/", "users/new/"):
            browser.open(f"/desk/admin/{path}")
            browser.look(f"admin-{path.strip('/').replace('/', '-') or 'users'}")
