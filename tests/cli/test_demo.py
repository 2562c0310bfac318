"""`xinqiao demo` says on every page what it is, without overruling the operator."""

from django.test import Client

from xinqiao.cli import demo, processes
from xinqiao.seed import demo_logins
from xinqiao.seed.organs import read, unfold_organs


class TestTheLogInPage:
    def test_lists_the_log_ins_of_the_seeded_region_only(self, db, settings, monkeypatch):
        def page() -> str:
            return Client().get("/desk/login/").content.decode()

        monkeypatch.setattr(demo_logins, "kept", lambda: [{"number": "1"}])
        assert demo_logins.PASSWORD not in page(), "no demonstration: never"
        settings.XINQIAO_DEMO = True
        shown = page()
        assert demo_logins.PASSWORD in shown
        assert all(one["username"] in shown and one["role"] in shown for one in demo_logins.officers())
        monkeypatch.setattr(demo_logins, "kept", list)
        assert demo_logins.PASSWORD not in page(), "another region than the one made here"

    def test_the_address_is_a_name(self, monkeypatch):
        """Browsers make passkeys for names only, not for 127.0.0.1."""
        monkeypatch.setenv("PORT", "8765")
        monkeypatch.delenv("XINQIAO_HOST", raising=False)
        assert processes.site_address() == "http://localhost:8765/"
        monkeypatch.setenv("XINQIAO_HOST", "10.1.2.3")
        assert processes.site_address() == "http://10.1.2.3:8765/"


class TestTheDemonstration:
    def test_bears_the_name_and_telephone_of_the_seeded_region(self):
        environment = {}
        demo._say_it_is_a_demonstration(environment)
        office = unfold_organs(read("organisations.json"))[1]["lanjiang-petition"]
        assert environment["XINQIAO_DEMO"] == "1"
        assert environment["XINQIAO_SITE_NAME"] == "澜江地区网上信访" and office.name.startswith("澜江地区")
        assert environment["XINQIAO_HELP_PHONE"] == office.phone

    def test_keeps_what_the_operator_said(self):
        environment = {"XINQIAO_SITE_NAME": "示范县网上信访", "XINQIAO_HELP_PHONE": "", "XINQIAO_DEMO": "0"}
        demo._say_it_is_a_demonstration(environment)
        assert environment["XINQIAO_SITE_NAME"] == "示范县网上信访"
        assert environment["XINQIAO_HELP_PHONE"] == "" and environment["XINQIAO_DEMO"] == "0"
