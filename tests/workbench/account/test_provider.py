"""The organ's own log-in service, against a real one: HTTP on this machine, signed tokens, PKCE (OpenID Connect Core 1.0)."""

import base64
import contextlib
import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from tests.workbench.account.test_second_step import code, wrong_code
from tests.world import World
from xinqiao.integrity.models import AuditEntry
from xinqiao.organisations.models import Officer, User
from xinqiao.workbench.account import factors

pytestmark = pytest.mark.django_db
LOGIN, BEGIN, BACK = "/desk/login/", "/desk/login/provider/", "/desk/login/provider/back/"
CLIENT, SECRET = "xinqiao-desk", "not-guessed"


class OrganService:
    """A small OpenID provider. `claims` go into the next token; `key` signs it, `published` is what it tells the world."""

    def __init__(self):
        self.key = self.published = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.claims, self.codes, self.trouble = {}, {}, ""
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                service.answer(self, dict(parse_qs(urlsplit(self.path).query)), {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                service.answer(self, {}, {name: values[0] for name, values in parse_qs(body).items()})

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, handler, query, form):
        path = urlsplit(handler.path).path
        pages = {
            "/.well-known/openid-configuration": self.configuration,
            "/keys": self.keys,
            "/token": lambda: self.token(form),
        }
        body = json.dumps(pages[path]()).encode() if self.trouble != "nonsense" else b"<html>"
        handler.send_response(500 if self.trouble == "broken" else 200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(body)

    def configuration(self):
        at = self.issuer
        return {
            "issuer": at, "authorization_endpoint": f"{at}/authorize", "token_endpoint": f"{at}/token",
            "userinfo_endpoint": f"{at}/userinfo", "jwks_uri": f"{at}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }  # fmt: skip

    def keys(self):
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.published.public_key()))
        return {"keys": [{**key, "kid": "1", "alg": "RS256", "use": "sig"}]}

    def authorize(self, url: str) -> str:
        """What the person's browser does at the service: consent, and the address it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        code = f"code{len(self.codes)}"
        self.codes[code] = asked["code_challenge"]
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form):
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if self.codes.pop(form["code"]) != proof or form["client_secret"] != SECRET:
            return {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": "77", "iat": now, "exp": now + 60, **self.claims}
        signed = jwt.encode(claims, self.key, algorithm="RS256", headers={"kid": "1"})
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


@pytest.fixture
def service(settings):
    running = OrganService()
    settings.XINQIAO_OIDC_ISSUER, settings.XINQIAO_OIDC_CLIENT_ID = running.issuer, CLIENT
    settings.XINQIAO_OIDC_CLIENT_SECRET = SECRET
    settings.XINQIAO_PUBLIC_URL = "http://testserver"
    with contextlib.closing(running.server.socket):
        yield running
        running.server.shutdown()


@pytest.fixture
def world():
    return World()


def walk(service: OrganService, client: Client | None = None, **claims):
    """From the button to where one ends; answers the last answer of ours and the client."""
    client = client or Client()
    service.claims = {"preferred_username": "xu", **claims}
    away = client.get(f"{BEGIN}?next=/desk/messages/")
    assert away.status_code == 302 and away.url.startswith(f"{service.issuer}/authorize"), away.content
    back = urlsplit(service.authorize(away.url))
    assert back.path == BACK
    return client.get(f"{back.path}?{back.query}"), client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


class TestProvider:
    def test_lets_a_known_user_in_and_leads_on(self, world, service):
        answer, client = walk(service)
        assert answer.url == "/desk/messages/"
        assert is_in(client)
        entry = AuditEntry.objects.get(kind="signed_in")
        assert json.loads(entry.detail_text) == {"factor": "", "means": "provider"}
        assert service.issuer not in client.get(LOGIN).content.decode()

    def test_never_makes_a_user(self, world, service):
        before = User.objects.count()
        answer, client = walk(service, preferred_username="stranger")
        assert answer.url == LOGIN and not is_in(client)
        assert "这里没有您的账号" in client.get(LOGIN).content.decode()
        assert User.objects.count() == before
        assert AuditEntry.objects.filter(kind="sign_in_failed").count() == 1

    @pytest.mark.parametrize("username", [None, "", 7, ["xu"], {"a": 1}, "xu\x00", "X" * 500])
    def test_odd_claims_open_nothing(self, world, service, username):
        answer, client = walk(service, preferred_username=username)
        assert answer.url == LOGIN and not is_in(client)

    def test_a_disabled_user_or_post_stays_out(self, world, service):
        Officer.objects.filter(pk=world.xu_handles.pk).update(active=False)
        assert not is_in(walk(service)[1])
        User.objects.filter(username="zhou").update(is_active=False)
        assert not is_in(walk(service, preferred_username="zhou")[1])

    @pytest.mark.parametrize(
        ("claims", "why"),
        [
            ({"aud": "another-program"}, "made for another program"),
            ({"iss": "http://127.0.0.1:1"}, "from another service"),
            ({"exp": 1}, "long over"),
        ],
    )
    def test_a_token_that_is_not_for_us_opens_nothing(self, world, service, claims, why):
        answer, client = walk(service, **claims)
        assert answer.url == LOGIN and not is_in(client), why

    def test_a_token_signed_with_another_key_opens_nothing(self, world, service):
        service.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        answer, client = walk(service)
        assert answer.url == LOGIN and not is_in(client)

    def test_an_answer_nobody_asked_for_opens_nothing(self, world, service):
        service.claims = {"preferred_username": "xu"}
        victim = Client()
        for query in ("", "?code=x", "?code=x&state=y", "?error=access_denied"):
            assert victim.get(BACK + query).url == LOGIN
        away = Client().get(BEGIN)
        back = urlsplit(service.authorize(away.url))
        assert victim.get(f"{back.path}?{back.query}").url == LOGIN, "the state belongs to another browser"
        assert not is_in(victim)

    @pytest.mark.parametrize("trouble", ["broken", "nonsense"])
    def test_a_service_out_of_order_is_said(self, world, service, trouble):
        service.trouble = trouble
        client = Client()
        assert client.get(BEGIN).url == LOGIN
        assert "连不上统一身份认证" in client.get(LOGIN).content.decode()

    def test_the_second_factor_is_still_asked(self, world, service):
        factors.Authenticator.objects.create(user=world.xu_handles.user, type="totp", data={"secret": ""})
        answer, client = walk(service)
        assert answer.url == "/desk/login/second/" and not is_in(client)

    def test_unless_the_operator_trusts_the_services_own(self, world, service, settings):
        settings.XINQIAO_SECOND_FACTOR = "required"
        settings.XINQIAO_OIDC_SECOND_FACTOR = ["mfa"]
        _answer, client = walk(service, amr=["pwd"])
        assert client.get("/desk/").url.startswith("/desk/account/factors/")
        _answer, client = walk(service, amr=["pwd", "mfa"])
        assert client.get("/desk/").status_code == 200

    def test_who_has_no_password_here_sets_up_a_factor_and_confirms_with_it(self, world, service):
        user = world.xu_handles.user
        user.set_unusable_password()
        user.save()
        client = walk(service)[1]
        secret = client.get("/desk/account/factors/app/").context["secret"].replace(" ", "")
        assert client.post("/desk/account/factors/app/", {"code": code(secret=secret)}).status_code == 200
        removal = f"/desk/account/factors/{factors.of(user)[0].pk}/remove/"
        assert client.post(removal, {"password": wrong_code(secret)}).status_code == 422
        assert client.post(removal, {"password": code(0.5, secret)}).status_code == 302

    def test_without_configuration_there_is_no_button_and_no_address(self, world):
        assert BEGIN not in Client().get(LOGIN).content.decode()
        assert Client().get(BEGIN).status_code == 404
        assert Client().get(BACK).status_code == 404

    @pytest.mark.parametrize(
        "path", ["/accounts/login/", "/accounts/signup/", "/accounts/email/", "/accounts/2fa/", "/desk/signup/"]
    )
    def test_the_librarys_own_pages_do_not_exist(self, world, path):
        assert Client().get(path).status_code == 404
