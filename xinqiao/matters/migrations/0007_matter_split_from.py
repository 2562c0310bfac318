"""The case page asks what was split from this matter; without an index it read all of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("matters", "0006_desk_order")]
    operations = [
        migrations.AddIndex(
            model_name="matter",
            index=models.Index(
                condition=models.Q(("split_from__isnull", False)), fields=["split_from"], name="matter_split_from"
            ),
        ),
    ]
