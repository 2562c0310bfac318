"""How common words are in petitions, as a sample of them said: one row, made anew every week."""

from django.db import models


class WordScale(models.Model):
    """In how many of `texts` petitions each pair of characters stands; pairs that stand in one only are left out. It names nobody."""

    made_at = models.DateTimeField()
    texts = models.IntegerField()
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.texts} {self.made_at}"
