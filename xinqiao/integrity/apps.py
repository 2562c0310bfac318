from django.apps import AppConfig


class IntegrityConfig(AppConfig):
    name = "xinqiao.integrity"
    label = "integrity"
    verbose_name = "存证"
