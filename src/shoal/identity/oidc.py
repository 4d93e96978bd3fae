"""An identity provider (OpenID Connect Core 1.0): its discovery document, its keys, codes and tokens. It knows no user
and asks no address but those that the provider's own document names."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
import orjson

from shoal.chat import Json
from shoal.config import secret
from shoal.config.identity import LOOPBACK, Oidc
from shoal.errors import ConfigError, SignInFailed
from shoal.models.hosts.page import read_page

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

TIMEOUT_S = 10.0
MOST_BYTES = 1_000_000
KEEP_S = 3600.0
# Keys are asked for again at an unknown one, so that a rotation is noticed; not more often than this, whoever sends it.
AGAIN_S = 30.0
STALE_S = 86_400.0
LEEWAY_S = 30
LONGEST_TOKEN = 16_000
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Fetch(Protocol):
    """Gets a JSON object; `form` is sent by POST, with `headers`. Raises SignInFailed."""

    async def __call__(
        self, url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Json: ...


class Provider:
    """The provider of the settings; what it says is remembered for KEEP_S seconds."""

    def __init__(self, rules: Oidc, fetch: Fetch | None = None, clock: Callable[[], float] = time.time) -> None:
        """Raises ConfigError where the package joserfc or the secret is missing."""
        _check_installed()
        self._rules = rules
        self._secret = None if rules.client_secret is None else secret(rules.client_secret)
        self._fetch = fetch or fetch_json
        self._clock = clock
        self._document: tuple[float, Json] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def login_url(self, state: str, nonce: str, challenge: str) -> str:
        """Where a person's browser goes to sign in: authorization code with PKCE (RFC 7636, S256)."""
        asked = {
            "response_type": "code",
            "client_id": self._rules.client_id,
            "redirect_uri": self._rules.redirect_url,
            "scope": " ".join(self._rules.scopes),
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        at = (await self._discover())["authorization_endpoint"]
        return f"{at}{'&' if urlsplit(at).query else '?'}{urlencode(asked)}"

    async def redeem(self, code: str, verifier: str, nonce: str) -> Json:
        """The claims of the ID token that the provider gives for a code. Raises SignInFailed."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._rules.redirect_url,
            "code_verifier": verifier,
        }
        document = await self._discover()
        own, headers = self._proof(document)
        answer = await self._fetch(document["token_endpoint"], {**form, **own}, headers)
        claims = await self.verify(str(answer.get("id_token", "")), self._rules.client_id)
        if claims.get("nonce") != nonce:
            raise SignInFailed("the identity provider answered another sign-in: sign in again")
        return claims

    def _proof(self, document: Json) -> tuple[dict[str, str], dict[str, str]]:
        """What shows that it is this client who asks, in the form and in the headers: HTTP Basic (RFC 6749, 2.3.1)
        where the provider takes it, as one that says nothing does (RFC 8414, 2), else in the form."""
        methods, client = document.get("token_endpoint_auth_methods_supported"), self._rules.client_id
        if self._secret is None:
            return {"client_id": client}, {}
        if isinstance(methods, list) and "client_secret_basic" not in methods:
            return {"client_id": client, "client_secret": self._secret}, {}
        pair = f"{quote_plus(client)}:{quote_plus(self._secret)}".encode()
        return {}, {"authorization": f"Basic {base64.b64encode(pair).decode()}"}

    async def verify(self, token: str, audience: str) -> Json:
        """The claims of a token that the provider signed for `audience`. Raises SignInFailed."""
        from joserfc import jwt
        from joserfc.errors import JoseError

        if not token.isascii() or len(token) > LONGEST_TOKEN or token.count(".") != 2:
            raise _refused()
        for again in (False, True):
            keys = await self._key_set(again=again)
            try:
                found = jwt.decode(token, keys, algorithms=list(self._rules.algorithms))
                self._check(found.claims, audience)
            except (JoseError, ValueError, TypeError, KeyError) as error:
                # A key that is not among those known may be a new one.
                if again or not _may_be_new(error) or not self._may_ask_again():
                    raise _refused() from None
            else:
                return dict(found.claims)
        raise _refused()

    def _check(self, claims: Mapping[str, Any], audience: str) -> None:
        """Issuer, audience, times, subject (OpenID Connect Core 1.0, 3.1.3.7). Raises JoseError, ValueError."""
        from joserfc.jwt import JWTClaimsRegistry

        registry = JWTClaimsRegistry(
            int(self._clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._rules.issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        registry.validate(dict(claims))
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") not in (self._rules.client_id, audience):
            raise ValueError("another party's")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ValueError("no subject")

    async def _discover(self) -> Json:
        if self._document is not None and self._document[0] > self._clock():
            return self._document[1]
        found = await self._fetch(f"{self._rules.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found.get("issuer") != self._rules.issuer:
            raise SignInFailed("the identity provider names another issuer: mend identity.oidc.issuer")
        for name in ENDPOINTS:
            parts = urlsplit(str(found.get(name, "")))
            if not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)):
                raise SignInFailed(f"the identity provider's {name} is missing or not https: ask its operator")
        self._document = (self._clock() + KEEP_S, found)
        return found

    async def _key_set(self, *, again: bool) -> KeySet:
        from joserfc.errors import JoseError
        from joserfc.jwk import KeySet

        if self._keys is not None and self._clock() < self._keys[0] + KEEP_S and not again:
            return self._keys[1]
        try:
            wire = await self._fetch((await self._discover())["jwks_uri"])
        except SignInFailed:
            # A provider that is away for a while does not lock out who has a good token.
            if self._keys is None or self._clock() >= self._keys[0] + STALE_S:
                raise
            return self._keys[1]
        # Public keys alone: with a shared secret among them, a token could be signed with what is published.
        usable = [
            key for key in wire.get("keys", ()) if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP")
        ]
        try:
            found = KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, TypeError, KeyError):
            raise SignInFailed("the identity provider's keys cannot be read: ask its operator") from None
        self._keys = (self._clock(), found)
        return found

    def _may_ask_again(self) -> bool:
        return self._keys is None or self._clock() >= self._keys[0] + AGAIN_S


async def fetch_json(url: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Json:
    """A JSON object from an address that the operator or the provider named; no redirect is followed. Raises
    SignInFailed."""
    timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(
                "GET" if form is None else "POST", url, data=form, headers=headers, allow_redirects=False
            ) as answer,
        ):
            body = await read_page(answer.content, MOST_BYTES)
            if body is None:
                raise SignInFailed("the identity provider's answer is too long: ask its operator")
            found = orjson.loads(body)
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
        raise SignInFailed(f"the identity provider cannot be asked ({type(error).__name__}): try again") from None
    if answer.status != 200 or not isinstance(found, dict):
        raise SignInFailed(f"the identity provider refused (status {answer.status}): sign in again")
    return found


def _may_be_new(error: Exception) -> bool:
    from joserfc.errors import BadSignatureError, InvalidKeyIdError

    return isinstance(error, BadSignatureError | InvalidKeyIdError | ValueError | KeyError)


def _refused() -> SignInFailed:
    return SignInFailed("this token is not valid here: sign in again (issuer, audience, time or signature)")


def _check_installed() -> None:
    try:
        import joserfc  # noqa: F401
    except ImportError:
        raise ConfigError("identity.oidc needs the package joserfc: pip install 'shoal[oidc]'") from None
