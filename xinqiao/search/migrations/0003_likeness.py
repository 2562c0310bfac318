"""What each text is like, in a table of its own. Entries that are there get theirs by `xinqiao reindex`."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("search", "0002_waiting_list_by_session")]

    operations = [
        migrations.CreateModel(
            "Likeness",
            [
                ("matter_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("bands", ArrayField(models.IntegerField())),
            ],
            options={"indexes": [GinIndex(fields=["bands"], name="search_bands", fastupdate=True)]},
        )
    ]
