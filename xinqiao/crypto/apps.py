from django.apps import AppConfig


class CryptoConfig(AppConfig):
    name = "xinqiao.crypto"
    label = "crypto"
    verbose_name = "密码"
