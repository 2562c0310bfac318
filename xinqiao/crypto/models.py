"""What the crypto package keeps in the database: data keys, sealed by a field key that lies outside of it."""

from django.db import models


class DataKey(models.Model):
    """A key that seals rows and files of one day. `wrapped` opens with a field key only; a rotation seals it anew."""

    made_on = models.DateField()
    field_key = models.IntegerField(help_text="id of the field key that was newest when it was made")
    wrapped = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(name="data_key_once_a_day", fields=["made_on", "field_key"])]
