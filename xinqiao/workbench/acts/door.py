"""Stand-in for the log-in of the workbench: an officer is the first active post of the user who is signed in."""

from functools import wraps

from django.contrib.auth.views import redirect_to_login

from xinqiao.organisations.models import Officer


def officer_required(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.user.is_authenticated:
            posts = Officer.objects.filter(user=request.user, active=True).select_related("user", "organisation")
            request.officer = posts.order_by("pk").first()
            if request.officer:
                return view(request, *args, **kwargs)
        return redirect_to_login(request.get_full_path(), "/desk/login/")

    return guarded
