from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    name = "xinqiao.analysis"
    label = "analysis"
    verbose_name = "文本分析"
