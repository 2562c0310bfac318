from django.apps import AppConfig


class InformationConfig(AppConfig):
    name = "xinqiao.information"
    label = "information"
    verbose_name = "信息上报"
