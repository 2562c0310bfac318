"""Tokens of programs: made once, stored as a hash, asked for with every call (secure-checklist 49).

The token has 256 random bits, so a fast keyed hash is enough: nobody can guess it, and whoever steals the table cannot use it.
"""

import secrets
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from xinqiao import crypto
from xinqiao.organisations.models import Organisation
from xinqiao.people.limits import allow

from .models import SUBMISSIONS_A_MINUTE, ApiClient
from .problems import Problem, source_of

TOKEN_BYTES = 32
PREFIX = "xq_"  # lets people and secret scanners recognise a token
WRONG_TOKENS_A_MINUTE = 20


def create(
    name: str, *, at: datetime, organisation: Organisation | None = None, rate: int = SUBMISSIONS_A_MINUTE
) -> tuple[ApiClient, str]:
    """A new client and its token. The token is not kept: who loses it needs a new client."""
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    client = ApiClient.objects.create(
        name=name, token_hash=_hashes(token)[0], organisation=organisation, rate_per_minute=rate, created_at=at
    )
    return client, token


def find(token: str) -> ApiClient | None:
    """The active client that holds `token`."""
    return ApiClient.objects.filter(token_hash__in=_hashes(token), active=True).select_related("organisation").first()


class Bearer(HttpBearer):
    """`Authorization: Bearer xq_…`; the client is `request.auth`. Counts calls by client, and wrong tokens by source."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiClient:
        client, at = find(token), timezone.now()
        if client is None:
            within = allow(f"api-token:{source_of(request)}", limit=WRONG_TOKENS_A_MINUTE, at=at)
            raise Problem(401, "wrong_token") if within else Problem(429, "too_many", at=at)
        if not allow(f"api:{client.pk}", limit=client.rate_per_minute, at=at):
            raise Problem(429, "too_many", at=at)
        return client


def _hashes(token: str) -> list[str]:
    """Under every index key, newest first: a token outlives a rotation."""
    return crypto.blind_indexes(token, context="api.token")
