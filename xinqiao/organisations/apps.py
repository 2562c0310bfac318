from django.apps import AppConfig


class OrganisationsConfig(AppConfig):
    name = "xinqiao.organisations"
    label = "organisations"
    verbose_name = "机关单位"
