"""All settings of the program. Each value: purpose, unit, environment variable, default.

The other half of this page, for operators, is `docs/operations.md`.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from xinqiao import database, folders


def _text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def _number(name: str, default: int) -> int:
    raw = _text(name, str(default))
    if not (raw.isascii() and raw.isdigit()):
        raise ImproperlyConfigured(f"{name} 应为非负整数。{name} must be a whole number, not {raw!r}.")
    return int(raw)


def _switch(name: str) -> bool:
    return _text(name, "0").lower() in ("1", "true", "yes", "on")


def _choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    chosen = _text(name, default).lower()
    if chosen not in allowed:
        raise ImproperlyConfigured(f"{name} 只能是 {'、'.join(allowed)}。{name} must be one of {', '.join(allowed)}.")
    return chosen


def _hours(name: str, default: str) -> tuple[int, int]:
    begins, _, ends = _text(name, default).partition("-")
    try:
        hours = int(begins), int(ends)
        if all(hour in range(24) for hour in hours):
            return hours
    except ValueError:
        pass
    raise ImproperlyConfigured(f"{name} 应写成 21-8 的样子。{name} must look like 21-8.")


# --- Places -----------------------------------------------------------------------------------------------------------

BASE_DIR = Path(__file__).resolve().parent
XINQIAO_VAR = folders.var()  # data directory; XINQIAO_VAR, default var/
XINQIAO_KEYS = folders.keys()  # keys and passwords, outside the database; XINQIAO_KEYS, default $XINQIAO_VAR/keys
XINQIAO_FILES = folders.files()  # attachments; XINQIAO_FILES, default $XINQIAO_VAR/files
# Where signed checkpoints are copied to, best on another disk or host; several separated by `:`. XINQIAO_CHECKPOINTS,
# default $XINQIAO_VAR/checkpoints. A folder that is named here is never made by the program: it may be a mount that is missing.
XINQIAO_CHECKPOINTS = folders.checkpoints()
XINQIAO_SPOOL = folders.spool()  # messages waiting for a carrier; XINQIAO_SPOOL, default $XINQIAO_VAR/spool

# --- Who may be reached, and how --------------------------------------------------------------------------------------

# Plain HTTP without certificates; for the demonstration on this machine only. XINQIAO_INSECURE_HTTP, default off.
XINQIAO_INSECURE_HTTP = _switch("XINQIAO_INSECURE_HTTP")
# Detailed error pages for developers; never where real petitions are. XINQIAO_DEBUG, default off.
DEBUG = _switch("XINQIAO_DEBUG")
# Address citizens use, for links in messages and letters; never taken from the request. XINQIAO_PUBLIC_URL.
XINQIAO_PUBLIC_URL = _text("XINQIAO_PUBLIC_URL", f"http://localhost:{_text('PORT', '8765')}").rstrip("/")
# Host names the server answers to, separated by commas. XINQIAO_ALLOWED_HOSTS.
ALLOWED_HOSTS = [host.strip() for host in _text("XINQIAO_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("XINQIAO_ALLOWED_HOSTS 不得为 *，请逐一列出域名。List the host names instead of *.")
# Reverse proxies in front of the program that are ours, a count. XINQIAO_TRUSTED_PROXIES, default 0.
XINQIAO_TRUSTED_PROXIES = _number("XINQIAO_TRUSTED_PROXIES", 0)

SECRET_KEY = folders.secret_key() or ""
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured(
        "没有可用的密钥（至少50个字符）：请设置 XINQIAO_SECRET_KEY，或先运行 xinqiao migrate 由程序生成。\n"
        f"No usable secret key (50 characters or more): set XINQIAO_SECRET_KEY, or run `xinqiao migrate` once, "
        f"which makes {folders.keys() / 'secret_key'}."
    )

# --- What visitors read about the office -----------------------------------------------------------------------------

# Name beside the logo. XINQIAO_SITE_NAME.
XINQIAO_SITE_NAME = _text("XINQIAO_SITE_NAME", "临江地区网上信访")
# Help line in every footer; empty: none is shown. XINQIAO_HELP_PHONE.
XINQIAO_HELP_PHONE = _text("XINQIAO_HELP_PHONE")
# When somebody answers it. XINQIAO_HELP_HOURS.
XINQIAO_HELP_HOURS = _text("XINQIAO_HELP_HOURS", "工作日 9:00–12:00、15:00–18:00 有人接听")
# File with this region's rules (地方规则包, JSON); they may only tighten the national ones. XINQIAO_POLICY_PACK, default none.
XINQIAO_POLICY_PACK = _text("XINQIAO_POLICY_PACK")
# Proposals about texts (class, place, unit, same matter …); off: nothing is analysed and no page shows any. XINQIAO_ANALYSIS, default on.
ANALYSIS = _choice("XINQIAO_ANALYSIS", "on", ("on", "off")) == "on"
# A language model of the operator's own for drafts: base address as OpenAI's (https, or http on this machine), name, key. XINQIAO_LLM_URL
# and _MODEL: without both there are no drafts. _KEY from the environment only; _SECONDS: how long to wait, default 30.
XINQIAO_LLM_URL, XINQIAO_LLM_MODEL = _text("XINQIAO_LLM_URL").rstrip("/"), _text("XINQIAO_LLM_MODEL")
XINQIAO_LLM_KEY, XINQIAO_LLM_SECONDS = _text("XINQIAO_LLM_KEY"), _number("XINQIAO_LLM_SECONDS", 30)
# On when it stands in the inner network (10.x, 172.16.x, 192.168.x). XINQIAO_LLM_PRIVATE_NETWORK.
XINQIAO_LLM_PRIVATE_NETWORK = _switch("XINQIAO_LLM_PRIVATE_NETWORK")
# A demonstration with invented people: pages say so, and `/ui/gallery` is open. XINQIAO_DEMO, default off.
XINQIAO_DEMO = _switch("XINQIAO_DEMO")

# --- Parts of the program ---------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ninja",
    "lucide",
    "xinqiao.crypto",
    "xinqiao.ui",
    "xinqiao.organisations",
    "xinqiao.people",
    "xinqiao.documents",
    "xinqiao.integrity",
    "xinqiao.search",
    "xinqiao.counts",
    "xinqiao.matters",
    "xinqiao.notifications",
    "xinqiao.exports",
    "xinqiao.bulk",
    "xinqiao.access",
    "xinqiao.supervision",
    "xinqiao.ledgers",
    "xinqiao.information",
    "xinqiao.analysis",
    "xinqiao.reporting",
    "xinqiao.portal",
    "xinqiao.workbench",
    "xinqiao.api",
    "xinqiao.jobs",
]

MIDDLEWARE = [
    "xinqiao.measuring.Measured",
    "xinqiao.middleware.SafeHeaders",
    "xinqiao.middleware.LastResort",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xinqiao.middleware.ClientAddress",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "xinqiao.gate.Gate",
]

ROOT_URLCONF = "xinqiao.urls"
WSGI_APPLICATION = "xinqiao.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xinqiao.ui.context.site",
                "xinqiao.workbench.frame.bench",
            ],
        },
    },
]

# Controls of forms are written out in Python: a template for each took most of the time of a form.
FORM_RENDERER = "xinqiao.ui.controls.Renderer"

# --- Database ---------------------------------------------------------------------------------------------------------

# Longest statement, in milliseconds. XINQIAO_STATEMENT_TIMEOUT_MS, default 15,000.
# Longest wait for a locked row, in milliseconds. XINQIAO_LOCK_TIMEOUT_MS, default 5,000.
XINQIAO_LIMITS = database.Limits(
    statement_ms=_number("XINQIAO_STATEMENT_TIMEOUT_MS", 15_000),
    lock_ms=_number("XINQIAO_LOCK_TIMEOUT_MS", 5_000),
)
# How long a connection is kept, in seconds: with it go the plans it has prepared. XINQIAO_CONN_MAX_AGE, default 600.
_keep_seconds = _number("XINQIAO_CONN_MAX_AGE", 600)
# How long one answer of /readyz serves all who ask, in seconds. XINQIAO_HEALTH_SECONDS, default 3.
XINQIAO_HEALTH_SECONDS = _number("XINQIAO_HEALTH_SECONDS", 3)
# XINQIAO_POOLING=transaction: DATABASE_URL is a pooler (PgBouncer); worker and commands use XINQIAO_DIRECT_DATABASE_URL.
DATABASES = {
    "default": database.address_of_application().django(
        limits=XINQIAO_LIMITS, keep_seconds=_keep_seconds, pooled=database.is_pooled()
    )
}
# A streaming replica for statistics, reports and exports; XINQIAO_REPLICA_URL, default none. One that is further behind than
# XINQIAO_REPLICA_LAG_SECONDS (30), or gone, is left alone: then they read the primary (database.reading).
XINQIAO_REPLICA_LAG_SECONDS = _number("XINQIAO_REPLICA_LAG_SECONDS", 30)
DATABASE_ROUTERS = ["xinqiao.database.reading.Router"]
if _replica_url := _text("XINQIAO_REPLICA_URL"):
    DATABASES["replica"] = database.Address.parse(_replica_url).django(
        limits=XINQIAO_LIMITS, keep_seconds=_keep_seconds, read_only=True
    ) | {"TEST": {"MIRROR": "default"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# Tables the application may add to and read, but never change: the database itself refuses (decision 7).
XINQIAO_APPEND_ONLY = [
    "matters_event", "matters_submission", "matters_attachment", "matters_accused", "matters_record", "matters_rating", "matters_service",
    "matters_sealedentry", "matters_retaliationlink", "ledgers_entry", "ledgers_evidence", "integrity_auditentry", "integrity_checkpoint",
    "information_reportversion", "information_reportevent", "information_taskevent", "information_meetingevent",
    "analysis_hotact", "analysis_link", "reporting_version",
]  # fmt: skip
# What signs the checkpoints: `ed25519`, or `sm2` with the extra of that name. XINQIAO_SIGNATURE, default ed25519.
XINQIAO_SIGNATURE = _choice("XINQIAO_SIGNATURE", "ed25519", ("ed25519", "sm2"))

# --- People and sessions ----------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "organisations.User"
PASSWORD_HASHERS = [
    "xinqiao.organisations.hashing.OfficerArgon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
    {"NAME": "xinqiao.organisations.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Second step of an officer's log-in: `required` (the default), `optional` (only for those who set one up). XINQIAO_SECOND_FACTOR.
XINQIAO_SECOND_FACTOR = _choice("XINQIAO_SECOND_FACTOR", "required", ("required", "optional"))
MFA_ADAPTER = "xinqiao.workbench.account.factors.Adapter"
MFA_RECOVERY_CODE_COUNT, MFA_RECOVERY_CODE_DIGITS = 10, 10  # codes on the sheet, digits of each
# The organ's own log-in service (OIDC); without an issuer there is no such button. Secret from the environment only.
XINQIAO_OIDC_ISSUER = _text("XINQIAO_OIDC_ISSUER").rstrip("/")
XINQIAO_OIDC_CLIENT_ID = _text("XINQIAO_OIDC_CLIENT_ID")
XINQIAO_OIDC_CLIENT_SECRET = _text("XINQIAO_OIDC_CLIENT_SECRET")
XINQIAO_OIDC_NAME = _text("XINQIAO_OIDC_NAME", "统一身份认证")  # on the button
XINQIAO_OIDC_USERNAME_CLAIM = _text("XINQIAO_OIDC_USERNAME_CLAIM", "preferred_username")
# Words of the claims `amr` or `acr` that say the service asked a second factor itself, separated by commas; empty: we ask.
XINQIAO_OIDC_SECOND_FACTOR = [one for one in _text("XINQIAO_OIDC_SECOND_FACTOR").split(",") if one.strip()]
# allauth is used for its factors and its OIDC client only: none of its pages has an address, nobody signs up.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS, ACCOUNT_SIGNUP_FIELDS, ACCOUNT_EMAIL_VERIFICATION = {"username"}, ["username*"], "none"
SOCIALACCOUNT_ADAPTER = "xinqiao.workbench.account.provider.Adapter"
SOCIALACCOUNT_STORE_TOKENS = SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_LOGIN_ON_GET = True
SESSION_ENGINE = "xinqiao.database.sessions"
# Longest session, in seconds. XINQIAO_SESSION_SECONDS, default 43,200 (12 hours).
SESSION_COOKIE_AGE = _number("XINQIAO_SESSION_SECONDS", 12 * 60 * 60)

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not XINQIAO_INSECURE_HTTP
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
_host_only = "" if XINQIAO_INSECURE_HTTP else "__Host-"  # browsers accept this prefix over HTTPS only
SESSION_COOKIE_NAME = f"{_host_only}session"
CSRF_COOKIE_NAME = f"{_host_only}csrf"
CSRF_FAILURE_VIEW = "xinqiao.errors.csrf_failure"
if urlsplit(XINQIAO_PUBLIC_URL).scheme == "https":
    CSRF_TRUSTED_ORIGINS = [XINQIAO_PUBLIC_URL]

SECURE_SSL_REDIRECT = not XINQIAO_INSECURE_HTTP
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the load balancer over the inner network
SECURE_HSTS_SECONDS = 0 if XINQIAO_INSECURE_HTTP else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not XINQIAO_INSECURE_HTTP
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # joining the browsers' preload list is the office's decision, not ours
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # "no-referrer" would break the check against forged forms over HTTPS
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if XINQIAO_TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- What may be sent to us -------------------------------------------------------------------------------------------

# Largest file, in bytes, and number of files in one request: photos, PDF, audio. XINQIAO_FILE_BYTES, default 20 MB.
XINQIAO_FILE_BYTES = _number("XINQIAO_FILE_BYTES", 20 * 1024 * 1024)
XINQIAO_FILES_PER_REQUEST = _number("XINQIAO_FILES_PER_REQUEST", 12)
# Read so many files of one form, so that the page can say which it did not take; beyond that the whole form is refused.
DATA_UPLOAD_MAX_NUMBER_FILES = max(100, XINQIAO_FILES_PER_REQUEST)
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes of a form without its files: 20,000 characters many times over
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500  # a count
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024  # bytes; a larger file goes to the disk while it arrives
# Largest request, in bytes; refused before it is read.
XINQIAO_REQUEST_BYTES = XINQIAO_FILE_BYTES * XINQIAO_FILES_PER_REQUEST + DATA_UPLOAD_MAX_MEMORY_SIZE
# How long a request may keep asking the database, in seconds; then it is given up and what it began is taken back. The time
# in which its body arrives does not count: that is for the proxy to bound. XINQIAO_REQUEST_SECONDS, default 60.
XINQIAO_REQUEST_SECONDS = _number("XINQIAO_REQUEST_SECONDS", 60)
# Virus scanner (clamd) asked about every file: host:port or the path of its socket. XINQIAO_CLAMAV, default none.
XINQIAO_CLAMAV = _text("XINQIAO_CLAMAV")
FILE_UPLOAD_TEMP_DIR = folders.incoming() if folders.incoming().is_dir() else None
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# --- What is sent to people -------------------------------------------------------------------------------------------

# How SMS leave: `spool` (a file in XINQIAO_SPOOL, the default), `http` (a gateway), `off`. XINQIAO_SMS.
XINQIAO_SMS = _choice("XINQIAO_SMS", "spool", ("spool", "http", "off"))
# The gateway: address (https), headers as JSON, body. Templates with $mobile, $text, $key (the same at every try).
XINQIAO_SMS_URL = _text("XINQIAO_SMS_URL")
XINQIAO_SMS_HEADERS = _text("XINQIAO_SMS_HEADERS", "{}")
XINQIAO_SMS_BODY = _text("XINQIAO_SMS_BODY", '{"id": "$key", "mobile": "$mobile", "text": "$text"}')
# What a good answer contains, and the field of its JSON with the gateway's own number of the message.
XINQIAO_SMS_SUCCESS = _text("XINQIAO_SMS_SUCCESS")
XINQIAO_SMS_ID_FIELD = _text("XINQIAO_SMS_ID_FIELD", "id")
# On when the gateway sends a repeated $key only once: then what is doubtful may be tried again. XINQIAO_SMS_IDEMPOTENT.
XINQIAO_SMS_IDEMPOTENT = _switch("XINQIAO_SMS_IDEMPOTENT")
# On when the gateway stands in the inner network (10.x, 172.16.x, 192.168.x). XINQIAO_SMS_PRIVATE_NETWORK.
XINQIAO_SMS_PRIVATE_NETWORK = _switch("XINQIAO_SMS_PRIVATE_NETWORK")
# How e-mail leaves: `spool`, `smtp`, `off`; the mail server and the address it is sent from. XINQIAO_MAIL, _MAIL_HOST …
XINQIAO_MAIL = _choice("XINQIAO_MAIL", "spool", ("spool", "smtp", "off"))
EMAIL_HOST = _text("XINQIAO_MAIL_HOST", "127.0.0.1")
EMAIL_PORT = _number("XINQIAO_MAIL_PORT", 465)
EMAIL_HOST_USER = _text("XINQIAO_MAIL_USER")
EMAIL_HOST_PASSWORD = _text("XINQIAO_MAIL_PASSWORD")
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_USE_TLS = EMAIL_PORT == 587
DEFAULT_FROM_EMAIL = _text("XINQIAO_MAIL_FROM", "no-reply@localhost")
# Hours of the night, from and to, in which only urgent messages go out; 0-0: none. XINQIAO_QUIET_HOURS, default 21-8.
XINQIAO_QUIET_HOURS = _hours("XINQIAO_QUIET_HOURS", "21-8")
# After how many seconds the work of a worker that vanished is taken over. XINQIAO_LEASE_SECONDS, default 120.
XINQIAO_LEASE_SECONDS = _number("XINQIAO_LEASE_SECONDS", 120)

# --- Language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
# Collected files of a production installation. XINQIAO_STATIC_ROOT; without it files are served from the packages.
_static_root = _text("XINQIAO_STATIC_ROOT")
STATIC_ROOT = Path(_static_root) if _static_root else None
WHITENOISE_USE_FINDERS = STATIC_ROOT is None
WHITENOISE_AUTOREFRESH = DEBUG
if STATIC_ROOT:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
else:
    WHITENOISE_MAX_AGE = 0  # seconds: names carry no hash here, so a browser asks each time (answer: 304)

# --- What is written down ---------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "xinqiao.logs.JsonLine"}},
    "handlers": {"stderr": {"class": "xinqiao.logs.Stderr", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": _text("XINQIAO_LOG_LEVEL", "WARNING").upper()},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "xinqiao": {"level": _text("XINQIAO_LOG_LEVEL", "INFO").upper()},
    },
}
DEFAULT_EXCEPTION_REPORTER = "xinqiao.errors.QuietReporter"
