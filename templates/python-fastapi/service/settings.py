"""What does the environment say? Everything is read and checked once, when the service starts."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, HttpUrl, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Whole = Annotated[int, Field(ge=0, le=600_000)]
Port = Annotated[int, Field(ge=0, le=65_535)]
Address = Annotated[str, AfterValidator(lambda text: str(HttpUrl(text)).rstrip("/"))]


class Settings(BaseSettings):
    """Each setting is the variable of its name in capital letters."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    environment: str
    host: str = "127.0.0.1"
    port: Port = 8080
    metrics_port: Port | Literal["off"] = 9464
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    database_url: str
    database_pool_size: Annotated[int, Field(ge=1, le=200)] = 10
    database_statement_timeout_ms: Annotated[int, Field(ge=10, le=600_000)] = 5000
    identity: Literal["platform", "local"] = "platform"
    """Whether the platform is believed about who calls, or everybody is the developer at this machine."""
    hansom_issuer: str = ""
    hansom_jwks_url: Address | None = None
    hansom_audience: str = ""
    hansom_hub_url: Address = "https://hub.hackney.example"
    """The developer hub, whose pages explain problems."""
    events_url: Address | None = None
    """Where events are sent by POST; without it the listener of this service gets them."""
    otel_exporter_otlp_endpoint: Address | None = None
    """Where traces are sent in OTLP; without it there are none."""
    stop_timeout_ms: Whole = 20_000
    """How long requests may take to end when the service stops."""

    @model_validator(mode="after")
    def _is_somebody_believed(self) -> Self:
        if self.identity == "local":
            # One forgotten variable must not open a service to everybody.
            if self.environment != "local":
                raise ValueError("IDENTITY is local, but ENVIRONMENT is not: only there may it be")
            return self
        wanted = ("hansom_issuer", "hansom_jwks_url", "hansom_audience")
        missing = [name.upper() for name in wanted if not getattr(self, name)]
        if missing:
            raise ValueError(f"{', '.join(missing)}: missing")
        return self


class SettingsError(Exception):
    """The environment has faults, each of which the message names."""


def settings_from_environment() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        # Without the values: a fault in DATABASE_URL would show its password.
        faults = [
            f"{'.'.join(map(str, fault['loc'])).upper()} {fault['msg']}".strip()
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("the environment has faults:\n  " + "\n  ".join(faults)) from None
