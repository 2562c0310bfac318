from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "xinqiao.workbench"
    label = "workbench"
    verbose_name = "工作台"

    def ready(self) -> None:
        from . import door  # noqa: F401 - it listens to log-ins, from the first one on
