from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "xinqiao.exports"
    label = "exports"
    verbose_name = "导出"
