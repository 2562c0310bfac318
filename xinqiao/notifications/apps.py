from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "xinqiao.notifications"
    label = "notifications"
    verbose_name = "告知"
