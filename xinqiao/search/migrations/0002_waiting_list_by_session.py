"""The length of the index's waiting list is a setting of each connection now: short while people search, longer for a back-fill."""

import django.contrib.postgres.indexes
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX search_words RESET (gin_pending_list_limit)",
                    "ALTER INDEX search_words SET (gin_pending_list_limit = 512)",
                )
            ],
            state_operations=[
                migrations.RemoveIndex("searchentry", "search_words"),
                migrations.AddIndex(
                    "searchentry",
                    django.contrib.postgres.indexes.GinIndex(fastupdate=True, fields=["words"], name="search_words"),
                ),
            ],
        ),
    ]
