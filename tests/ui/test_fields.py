"""The field renderer: what a screen reader hears together belongs together, and nothing typed is lost."""

import pytest
from django import forms
from django.test import SimpleTestCase
from lxml import html

from xinqiao.ui import fields


class VisitForm(forms.Form):
    what = forms.CharField(
        label="发生了什么", max_length=20, min_length=5, widget=forms.Textarea, help_text="像说话一样写"
    )
    name = forms.CharField(label="姓名", max_length=10, error_messages={"required": "请填写姓名"})
    kind = forms.ChoiceField(
        label="类别",
        choices=[("a", "求决"), ("b", "建议")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择类别"},
    )
    kind.option_hints = {"a": "<自己>的事"}
    told = forms.MultipleChoiceField(
        label="找过谁", required=False, choices=[("x", "街道")], widget=forms.CheckboxSelectMultiple
    )
    agree = forms.BooleanField(label="都是真的", required=False)
    paper = forms.FileField(label="材料", required=False)

    def clean(self):
        if self.cleaned_data.get("name") == "张三":
            raise forms.ValidationError("这个人已经登记过")


def drawn(form: forms.Form, name: str, **wishes) -> html.HtmlElement:
    return html.fromstring(fields.render_field(form[name], fields.Wishes(**wishes)))


class RenderFieldTest(SimpleTestCase):
    def test_label_hint_error_and_counter_belong_to_the_control(self):
        field = drawn(VisitForm({"what": "太吵"}), "what")
        control = field.find(".//textarea")
        self.assertEqual(field.find(".//label").get("for"), control.get("id"))
        described = control.get("aria-describedby").split()
        self.assertEqual(described, ["id_what_helptext", "id_what_error", "id_what_count"])
        for part in described:
            self.assertEqual(len(field.xpath(f"//*[@id='{part}']")), 1, part)
        self.assertEqual(control.get("aria-invalid"), "true")
        self.assertEqual(control.text.strip(), "太吵")

    def test_browser_never_cuts_what_is_pasted(self):
        for name in ("what", "name"):
            control = drawn(VisitForm(), name).xpath(".//*[@name]")[0]
            self.assertIsNone(control.get("maxlength"))
            self.assertIsNone(control.get("minlength"))

    def test_hidden_label_is_still_spoken(self):
        label = drawn(VisitForm(), "what", hide_label=True).find(".//label")
        self.assertEqual(label.get("class"), "visually-hidden")
        self.assertIn("发生了什么", label.text)

    def test_options_are_one_group_with_a_legend_and_hints(self):
        group = drawn(VisitForm({}), "kind")
        self.assertEqual(group.tag, "fieldset")
        self.assertIn("类别", group.find("legend").text)
        self.assertEqual([box.get("value") for box in group.iter("input")], ["a", "b"])
        self.assertEqual(group.findtext(".//small"), "<自己>的事")
        self.assertIn("id_kind_error", group.get("aria-describedby"))

    def test_only_fields_that_may_stay_empty_say_so(self):
        self.assertIn("选填", drawn(VisitForm(), "told").text_content())
        self.assertNotIn("选填", drawn(VisitForm(), "name").text_content())

    def test_labels_and_errors_are_escaped(self):
        form = VisitForm({})
        form.fields["name"].label = "<b>姓名</b>"
        form.add_error("name", "<script>x</script>")
        field = drawn(form, "name")
        self.assertIsNone(field.find(".//b"))
        self.assertIsNone(field.find(".//script"))

    def test_no_field_needs_an_inline_style(self):
        for form in (VisitForm(), VisitForm({})):
            for name in form.fields:
                self.assertNotIn("style=", fields.render_field(form[name]))


class ErrorSummaryTest(SimpleTestCase):
    def test_says_nothing_when_nothing_is_wrong(self):
        good = VisitForm({"what": "工地太吵了", "name": "李四", "kind": "a"})
        self.assertEqual(fields.render_error_summary([good]), "")
        self.assertEqual(fields.render_error_summary([VisitForm()]), "")

    def test_each_line_leads_to_an_element_that_exists(self):
        form = VisitForm({"what": "太吵"})
        summary = html.fromstring(fields.render_error_summary([form]))
        targets = {link.text: link.get("href")[1:] for link in summary.iter("a")}
        self.assertEqual(targets["请填写姓名"], "id_name")
        self.assertEqual(targets["请选择类别"], "id_kind_0")
        page = html.fromstring("<div>" + "".join(fields.render_field(form[name]) for name in form.fields) + "</div>")
        for target in targets.values():
            self.assertEqual(len(page.xpath(f"//*[@id='{target}']")), 1, target)

    def test_an_error_of_the_whole_form_is_a_line_without_link(self):
        summary = fields.render_error_summary([VisitForm({"what": "工地太吵了", "name": "张三", "kind": "a"})])
        self.assertIn("<li>这个人已经登记过</li>", summary)

    def test_several_forms_share_one_summary(self):
        summary = fields.render_error_summary([VisitForm({}), VisitForm({}, prefix="other")])
        self.assertIn("#id_name", summary)
        self.assertIn("#id_other-name", summary)
        self.assertEqual(summary.count("error-summary-title"), 2, "one heading and one reference to it")


class TestDjangosOwnRefusals:
    @pytest.mark.parametrize(("typed", "said"), [("a\x00", "看不见的字符"), ("长" * 30, "最多10个字，现在有30个字")])
    def test_say_what_to_do(self, typed, said):
        class Small(forms.Form):
            code = forms.CharField(max_length=10)

        assert said in str(Small({"code": typed}).errors["code"])
