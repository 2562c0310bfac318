from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "xinqiao.search"
    label = "search"
    verbose_name = "检索"

    def ready(self) -> None:
        from . import lookups  # noqa: F401 - registers them
