from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "xinqiao.api"
    label = "api"
    verbose_name = "接口"
