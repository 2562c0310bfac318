"""What an officer's password must be, said in the words of the pages."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import gettext as _


class LongEnough(MinimumLengthValidator):
    """At least so many characters; Django's own sentence has no Chinese in this version."""

    def get_error_message(self) -> str:
        return _("密码太短，至少要%(count)s个字符。") % {"count": self.min_length}
