"""A model field that is sealed in the database: JSON to Python, ciphertext to whoever reads the table."""

import json

from django.db import models

from . import open_sealed, seal


class SealedJSONField(models.TextField):
    """JSON sealed as one value (crypto.seal). Cannot be searched or ordered by; `context` binds the value to its column.

    Sealed with a data key: submissions and letters are never written again, also not by a rotation of keys (ADR 0005).
    """

    def __init__(self, *args, context: str, **options):
        self.context = context
        super().__init__(*args, **options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        return name, path, args, {**options, "context": self.context}

    def from_db_value(self, value, expression, connection):
        return json.loads(open_sealed(value, context=self.context)) if value else None

    def get_prep_value(self, value):
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return seal(text, context=self.context, lasting=True)

    def to_python(self, value):
        return value
