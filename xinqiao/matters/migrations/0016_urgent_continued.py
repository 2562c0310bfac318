"""The bell rings too when a continued report (续报) is late: urgent reports that are sent wait for the moment they named (UR-5)."""

from django.db import migrations, models

WAIT = "UPDATE matters_urgentreport SET alarm_at = next_report_at WHERE state = 'sent' AND next_report_at IS NOT NULL"


class Migration(migrations.Migration):
    dependencies = [("matters", "0015_lists_by_index")]

    operations = [
        migrations.AlterField(
            model_name="urgentreport",
            name="alarm_at",
            field=models.DateTimeField(
                help_text="when the next bell rings: it is not sent, or not continued", null=True
            ),
        ),
        migrations.RunSQL(WAIT, migrations.RunSQL.noop),
    ]
