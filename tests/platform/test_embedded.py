import pytest
from django.db import connection


@pytest.mark.django_db
def test_tests_run_on_their_own_server(postgres_server):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert connection.settings_dict["HOST"] == str(postgres_server.sockets)
