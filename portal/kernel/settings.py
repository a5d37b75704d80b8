"""Settings: one typed object, read once from the environment. A default is right in production and fit to publish."""

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Settings:
    """All that can be set from outside; README lists each with its variable."""

    instance: Path
    database_url: str
    database_replica_url: str  # empty: everything is read from the database itself
    database_replica_max_lag: int  # seconds
    secret_key: str
    keys: Path
    site_name: str
    site_name_en: str
    operator: str
    operator_en: str
    contact: str
    authority: str
    court: str
    division: str
    port: int
    base_url: str
    public_url: str  # base_url where it was set, else empty: then the address that was asked stands in links
    secure_cookies: bool
    trusted_proxies: int
    smtp_host: str
    smtp_port: int
    smtp_user: str
    smtp_password: str
    smtp_from: str
    smtp_security: str
    files_s3_bucket: str  # empty: files lie in the instance folder
    files_s3_endpoint: str  # empty: Amazon's, by the region
    files_s3_region: str
    files_s3_host_style: bool  # the bucket's name is part of the host
    files_s3_ca: str  # file of certificates of a private authority
    files_s3_key: str = field(repr=False)
    files_s3_secret: str = field(repr=False)
    backup_key: str  # empty: backups are not encrypted and hold no keys
    backups: Path
    backups_kept: int
    slow_query_ms: int
    metrics_token: str
    log_format: str
    second_factor_from: date | None
    second_factor_roles: frozenset[str]
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str
    oidc_claim: str


def _secret_key(instance: Path) -> str:
    """The session key: from the environment, else made once and kept in the instance folder."""
    if given := os.environ.get("PORTAL_SECRET_KEY"):
        return given
    path = instance / "secret_key"
    if not path.exists():
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # the first process wins, the others read its key
            os.link(draft, path)
        draft.unlink()
    return path.read_text()


def _s3_keys() -> tuple[str, str]:
    """(access key, secret) of the object storage: the two lines of a file, or two variables. ValueError without them."""
    env = os.environ
    if path := env.get("FILES_S3_KEYS_FILE"):
        lines = Path(path).read_text().split()
    else:
        lines = [env.get("FILES_S3_KEY") or "", env.get("FILES_S3_SECRET") or ""]
    if env.get("FILES_S3_BUCKET") and not (len(lines) == 2 and all(lines)):
        raise ValueError(
            "FILES_S3_BUCKET needs FILES_S3_KEY and FILES_S3_SECRET, or a file of both (FILES_S3_KEYS_FILE)"
        )
    return lines[0], lines[1]


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


@cache
def settings() -> Settings:
    """The settings of this process; the instance folder is made if missing."""
    env = os.environ
    instance = Path(env.get("PORTAL_INSTANCE") or PROJECT / "instance").resolve()
    instance.mkdir(parents=True, exist_ok=True)
    port = int(env.get("PORT") or 8000)
    base_url = (env.get("BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    s3_key, s3_secret = _s3_keys()
    return Settings(
        instance=instance,
        database_url=env.get("DATABASE_URL") or f"sqlite:///{instance / 'portal.db'}",
        database_replica_url=env.get("DATABASE_REPLICA_URL") or "",
        database_replica_max_lag=int(env.get("DATABASE_REPLICA_MAX_LAG") or 5),
        secret_key=_secret_key(instance),
        keys=Path(env.get("PORTAL_KEYS") or instance / "keys").resolve(),
        site_name=env.get("SITE_NAME") or "宝安区物业服务监管与信用平台",
        site_name_en=env.get("SITE_NAME_EN") or "Bao'an property service supervision",
        operator=env.get("SITE_OPERATOR") or "深圳市宝安区住房和建设局",
        operator_en=env.get("SITE_OPERATOR_EN") or "Bao'an District Housing and Construction Bureau",
        contact=env.get("SITE_CONTACT") or "0755-00000000",
        authority=env.get("SITE_AUTHORITY") or "深圳市宝安区人民政府",
        court=env.get("SITE_COURT") or "【待法制审核确定：管辖人民法院】",
        division=env.get("SITE_DIVISION") or "440306000000",
        port=port,
        base_url=base_url,
        public_url=base_url if env.get("BASE_URL") else "",
        secure_cookies=env.get("SECURE_COOKIES", "0") == "1" or base_url.startswith("https://"),
        trusted_proxies=int(env.get("TRUSTED_PROXIES") or 0),
        smtp_host=env.get("SMTP_HOST") or "",  # empty: no mail is sent
        smtp_port=int(env.get("SMTP_PORT") or 587),
        smtp_user=env.get("SMTP_USER") or "",
        smtp_password=env.get("SMTP_PASSWORD") or "",
        smtp_from=env.get("SMTP_FROM") or "",
        smtp_security=env.get("SMTP_SECURITY") or "starttls",
        files_s3_bucket=env.get("FILES_S3_BUCKET") or "",
        files_s3_endpoint=(env.get("FILES_S3_ENDPOINT") or "").rstrip("/"),
        files_s3_region=env.get("FILES_S3_REGION") or "us-east-1",
        files_s3_host_style=env.get("FILES_S3_HOST_STYLE", "0") == "1",
        files_s3_ca=env.get("FILES_S3_CA") or "",
        files_s3_key=s3_key,
        files_s3_secret=s3_secret,
        backup_key=env.get("PORTAL_BACKUP_KEY") or "",
        backups=Path(env.get("PORTAL_BACKUPS") or instance / "backups").resolve(),
        backups_kept=max(1, int(env.get("PORTAL_BACKUPS_KEPT") or 7)),
        slow_query_ms=int(env.get("SLOW_QUERY_MS") or 500),  # 0: none is noted
        metrics_token=env.get("METRICS_TOKEN") or "",  # empty: /metrics answers on loopback only
        log_format=env.get("LOG_FORMAT") or "json",
        second_factor_from=_day(env.get("SECOND_FACTOR_FROM")),  # None: advised, not asked for
        second_factor_roles=frozenset(
            (env.get("SECOND_FACTOR_ROLES") or "lead admin auditor").replace(",", " ").split()
        ),
        oidc_issuer=env.get("OIDC_ISSUER") or "",  # empty: no sign-in through another
        oidc_client_id=env.get("OIDC_CLIENT_ID") or "",
        oidc_client_secret=env.get("OIDC_CLIENT_SECRET") or "",
        oidc_claim=env.get("OIDC_CLAIM") or "preferred_username",
    )


def reload_settings() -> Settings:
    """Read the environment again (tests)."""
    settings.cache_clear()
    return settings()
