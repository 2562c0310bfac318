"""The application of acts on several petitions at once."""

from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "xinqiao.bulk"
    label = "bulk"
    verbose_name = "批量办理"
