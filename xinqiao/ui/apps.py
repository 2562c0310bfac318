from django.apps import AppConfig
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator


class UiConfig(AppConfig):
    name = "xinqiao.ui"
    label = "ui"
    verbose_name = "界面"

    def ready(self):
        """Django's own words for what a form refuses are hard to understand in Chinese: say what is wrong and what to do."""
        ProhibitNullCharactersValidator.message = "这里有看不见的字符，无法保存。请删去后重新输入。"
        MaxLengthValidator.message = "最多%(limit_value)d个字，现在有%(show_value)d个字，请删短一些。"
