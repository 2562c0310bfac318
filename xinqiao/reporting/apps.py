from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "xinqiao.reporting"
    label = "reporting"
    verbose_name = "指标和报告"
