import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organisations', '0002_user_failed_tries_user_one_time_until_and_more'),
        ('reporting', '0003_reports_frozen'),
    ]

    operations = [
        migrations.AddField(
            model_name='standing',
            name='tree_mark',
            field=models.CharField(blank=True, default='', help_text='of the tree that the sums of wide organisations were made with', max_length=40),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='AreaSum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('month', models.DateField(help_text='its first day')),
                ('denominator', models.IntegerField(default=0)),
                ('numerator', models.IntegerField(default=0)),
                ('days', models.BigIntegerField(default=0)),
                ('excluded', models.IntegerField(default=0)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisations.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('organisation', 'code', 'month'), name='area_sum_once')],
            },
        ),
    ]
