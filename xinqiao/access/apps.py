from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "xinqiao.access"
    label = "access"
    verbose_name = "查看与记录"
