"""Every address of the program: citizens at the root, officers below `desk/`, programs below `api/v1/`."""

from django.urls import include, path

from xinqiao import health
from xinqiao.ui import views as ui_views

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("favicon.ico", ui_views.icon, name="favicon"),
    path("ui/", include("xinqiao.ui.urls")),
    path("api/v1/", include("xinqiao.api.urls")),
    path("desk/", include("xinqiao.workbench.urls")),
    path("", include("xinqiao.portal.urls")),
]

handler400 = "xinqiao.errors.bad_request"
handler403 = "xinqiao.errors.forbidden"
handler404 = "xinqiao.errors.not_found"
handler500 = "xinqiao.errors.server_error"
