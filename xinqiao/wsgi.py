"""The program as any WSGI server starts it."""

import os

from django.core.wsgi import get_wsgi_application

from xinqiao import database

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinqiao.settings")
database.serve_pages()

application = get_wsgi_application()
