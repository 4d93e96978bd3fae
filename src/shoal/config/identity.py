"""[identity]: the operator's own admin key, addresses behind proxies, sign-in with OpenID Connect. The form only."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from shoal.config.table import Table, check_reference

RoleName = Literal["admin", "lead", "member", "auditor"]
# Signatures with a public key alone: with a shared secret, whoever can check a token can make one.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Oidc(Table):
    """[identity.oidc]: an identity provider. `roles` and `teams` say what a value of the claims `role_claim` and
    `team_claim` stands for; who has none of `roles` gets `role`, or is refused where that is unset. `bearer` takes the
    provider's tokens for `audience` on the admin API too. `session_s` is how long a sign-in holds."""

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: str | None = None
    redirect_url: str
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    audience: str | None = None
    bearer: bool = False
    algorithms: tuple[Algorithm, ...] = ("RS256", "ES256")
    tenant: str = "default"
    role: RoleName | None = None
    role_claim: str = "groups"
    roles: Mapping[str, RoleName] = Field(default_factory=dict)
    team_claim: str = "groups"
    teams: Mapping[str, str] = Field(default_factory=dict)
    session_s: float = Field(3600, ge=60, le=86_400)

    _reference = field_validator("client_secret")(
        lambda value: value if value is None else check_reference(value, "secret")
    )

    @field_validator("issuer", "redirect_url")
    @classmethod
    def _secure(cls, url: str) -> str:
        parts = urlsplit(url)
        if not parts.hostname or not (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        ):
            raise ValueError('write an address such as "https://login.example.org" (http on this machine alone)')
        return url


class IdentityRules(Table):
    """[identity]: `admin_key` is an admin key of the operator's own choice, by reference. `trusted_proxies` are
    networks whose `X-Forwarded-For` is believed. `metadata_tags` are fields of a request's `metadata` that become
    tags."""

    admin_key: str | None = None
    trusted_proxies: tuple[str, ...] = ()
    metadata_tags: tuple[str, ...] = ()
    oidc: Oidc | None = None

    _reference = field_validator("admin_key")(lambda value: value if value is None else check_reference(value))

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError(f'"{network}" is no network: write one such as "10.0.0.0/8" or "127.0.0.1"') from None
        return networks
