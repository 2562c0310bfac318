from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "xinqiao.documents"
    label = "documents"
    verbose_name = "文书"
