"""Addresses of the log-in's second step and of 我的登录, below `desk/`."""

from django.urls import path

from . import pages, provider, second_step, setup

urlpatterns = [
    path("login/second/", second_step.second_step_page, name="second_step"),
    path("login/passkey/", second_step.passkey_login, name="passkey_login"),
    path("login/provider/", provider.begin, name="provider"),
    path("login/provider/back/", provider.back, name="provider_back"),
    path("account/", pages.account_page, name="account"),
    path("account/password/", pages.password_page, name="password"),
    path("account/sessions/end/", pages.end_sessions, name="end_sessions"),
    path("account/factors/", setup.factors_page, name="factors"),
    path("account/factors/app/", setup.add_app, name="add_app"),
    path("account/factors/passkey/", setup.add_passkey, name="add_passkey"),
    path("account/factors/<int:factor_id>/remove/", setup.remove_factor, name="remove_factor"),
    path("account/recovery-codes/", setup.recovery_codes, name="recovery_codes"),
]
