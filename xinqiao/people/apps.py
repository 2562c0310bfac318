from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "xinqiao.people"
    label = "people"
    verbose_name = "信访人"
