from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "xinqiao.ledgers"
    label = "ledgers"
    verbose_name = "台账"
