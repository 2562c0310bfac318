from django.http import HttpResponse
from django.urls import include, path

from xinqiao.urls import urlpatterns as whole


def stand_in(request, number=""):
    return HttpResponse("ok")


alone = [
    path("cases/<str:number>/", stand_in, name="case"),
    path("", stand_in, name="queue"),
    path("", include("xinqiao.workbench.acts.urls")),
]
urlpatterns = [path("desk/", include((alone, "workbench"))), *whole]
