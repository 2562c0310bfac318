"""`xinqiao demo` says on every page what it is, without overruling the operator."""

from xinqiao.cli import demo
from xinqiao.seed.organs import read, unfold_organs


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
