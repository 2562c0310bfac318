"""Addresses of 系统管理, below `desk/`."""

from django.urls import path

from . import changes, lists, running

urlpatterns = [
    path("admin/", lists.users_page, name="admin"),
    path("admin/users/new/", changes.ask_for_user, name="ask_for_user"),
    path("admin/users/<int:user_id>/", lists.user_page, name="admin_user"),
    path("admin/users/<int:user_id>/posts/new/", changes.ask_for_post, name="ask_for_post"),
    path("admin/users/<int:user_id>/posts/<int:post_id>/", changes.ask_to_change, name="ask_to_change"),
    path("admin/users/<int:user_id>/ask/<slug:change>/", changes.ask_about, name="ask_about"),
    path("admin/users/<int:user_id>/factor/", changes.reset_factor, name="reset_factor"),
    path("admin/users/<int:user_id>/sessions/end/", changes.end_sessions, name="admin_end_sessions"),
    path("admin/running/", running.running_page, name="running"),
    path("admin/requests/", lists.requests_page, name="rights_requests"),
    path("admin/requests/<int:request_id>/", changes.request_page, name="rights_request"),
    path("admin/requests/<int:request_id>/decide/", changes.decide_request, name="decide_request"),
    path("admin/requests/<int:request_id>/withdraw/", changes.withdraw_request, name="withdraw_request"),
    path("admin/requests/<int:request_id>/password/", changes.issue_password, name="issue_password"),
]
