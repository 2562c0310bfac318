from django.apps import AppConfig


class CountsConfig(AppConfig):
    name = "xinqiao.counts"
    label = "counts"
    verbose_name = "统计"
