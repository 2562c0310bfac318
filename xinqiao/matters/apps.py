from django.apps import AppConfig


class MattersConfig(AppConfig):
    name = "xinqiao.matters"
    label = "matters"
    verbose_name = "信访事项"

    def ready(self) -> None:
        """Read the regional rules now: a pack that loosens stops the start and names the rule (0-PACK)."""
        from django.core.exceptions import ImproperlyConfigured

        from xinqiao.rules.packs import PackRefused

        from . import policy

        try:
            policy.pack()
        except PackRefused as refused:
            raise ImproperlyConfigured(refused.message) from refused
