"""A new kind of entry is a row of rules/audit.py and no change of the table; the roles of one post fit, however many they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("integrity", "0004_owe_anchors")]
    operations = [
        migrations.AlterField("auditentry", "kind", models.CharField("事项", max_length=30)),
        migrations.AlterField("auditentry", "roles", models.CharField("当时的岗位角色", blank=True, max_length=400)),
    ]
