from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "xinqiao.exports"
    label = "exports"
    verbose_name = "导出"

    def ready(self) -> None:
        """The makers of files make themselves known: the worker imports no page."""
        from . import audit_log  # noqa: F401
