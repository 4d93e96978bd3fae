"""Sign-in of people and machines through an identity provider: who they are here, and for how long. It knows no HTTP.

What a browser keeps between two requests is sealed (AES-256-GCM), so that no replica has to remember it.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import and_

from shoal.config.identity import Oidc
from shoal.errors import SignInFailed
from shoal.identity.administration import Administration, Answer, Change
from shoal.identity.keys import Key, Role
from shoal.identity.oidc import Provider
from shoal.identity.people_admin import new_user_id
from shoal.stores.keys import KEYS, move_keys
from shoal.stores.people import (
    TEAMS,
    USERS,
    Team,
    User,
    add_entry,
    change_entry,
    ensure_organisation,
    entry_at,
)

LOGIN_S = 600.0
NONCE_BYTES = 12
# Of several roles that the claims grant, the first.
STRONGEST = (Role.ADMIN, Role.LEAD, Role.AUDITOR, Role.MEMBER)


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who has signed in: what their browser keeps, what it must send with a change, and until when (Unix
    seconds)."""

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    until: float
    actor: Key


class SignIn:
    """`seal` is a key of 32 bytes."""

    def __init__(
        self, rules: Oidc, provider: Provider, desk: Administration, seal: bytes, clock: Callable[[], float] = time.time
    ) -> None:
        self.rules = rules
        self._provider = provider
        self._desk = desk
        self._box = AESGCM(hmac.digest(seal, b"sign-in", sha256))
        self._clock = clock

    async def begin(self) -> tuple[str, str]:
        """Where to send the browser, and what it keeps until it comes back. Raises SignInFailed."""
        state, nonce, verifier = (_random() for _ in range(3))
        challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        url = await self._provider.login_url(state, nonce, challenge)
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "until": self._clock() + LOGIN_S}
        return url, self._close("login", kept)

    async def finish(self, kept: str, state: str, code: str) -> Session:
        """The session of who came back with a code. Raises SignInFailed."""
        login = self._open("login", kept)
        if not hmac.compare_digest(str(login["state"]).encode(), state.encode("utf-8", "replace")):
            raise SignInFailed("this sign-in was begun in another browser: sign in again")
        claims = await self._provider.redeem(code, login["verifier"], login["nonce"])
        user = await asyncio.to_thread(self._user, claims)
        csrf, until = _random(), self._clock() + self.rules.session_s
        token = self._close("session", {"user": user.id, "csrf": csrf, "until": until})
        return Session(token, csrf, until, _actor(user))

    async def session(self, token: str) -> Session:
        """Whose session it is, with the role and team that they have now. Raises SignInFailed."""
        found = self._open("session", token)
        user = await asyncio.to_thread(self._known, str(found["user"]))
        return Session(token, str(found["csrf"]), float(found["until"]), _actor(user))

    async def bearer(self, token: str) -> Key:
        """Who the provider's own token names, where such tokens are taken. Raises SignInFailed."""
        if not self.rules.bearer:
            raise SignInFailed("tokens of the identity provider are not taken here: use an API key")
        claims = await self._provider.verify(token, self.rules.audience or self.rules.client_id)
        return _actor(await asyncio.to_thread(self._user, claims))

    def _known(self, user_id: str) -> User:
        user = self._desk.read(_system(self.rules), lambda c: entry_at(c.connection, User, USERS.c.id == user_id))
        return _working(user)

    def _user(self, claims: Mapping[str, Any]) -> User:
        """The user of these claims, made or brought up to date; who was known and has no role any more is refused, and
        their keys with them. Raises SignInFailed."""
        role, team = granted(self.rules, claims)
        where = and_(USERS.c.issuer == self.rules.issuer, USERS.c.subject == claims["sub"])
        name = str(claims.get("name") or claims.get("preferred_username") or claims["sub"])[:200]
        email = (
            str(claims["email"])[:320] if claims.get("email") and claims.get("email_verified") is not False else None
        )
        wanted = {"role": role.value, "team": team, "name": _plain(name), "email": email and _plain(email)}
        actor = _system(self.rules)
        known = self._desk.read(actor, lambda change: entry_at(change.connection, User, where))
        if known is None and role is Role.NONE:
            raise _no_role()
        if known is None or any(getattr(known, field) != value for field, value in wanted.items()):
            self._desk.change(actor, lambda change: self._write(change, str(claims["sub"]), wanted))
            known = self._desk.read(actor, lambda change: entry_at(change.connection, User, where))
        return _working(known)

    def _write(self, change: Change, subject: str, wanted: Mapping[str, Any]) -> Answer:
        tenant, connection = self.rules.tenant, change.connection
        ensure_organisation(connection, tenant, change.now)
        team = wanted["team"]
        if team is not None and entry_at(connection, Team, and_(TEAMS.c.tenant == tenant, TEAMS.c.id == team)) is None:
            add_entry(connection, Team(tenant, team, team, change.now))
        where = and_(USERS.c.issuer == self.rules.issuer, USERS.c.subject == subject)
        known = entry_at(connection, User, where)
        if known is None:
            user = User(new_user_id(), tenant, created=change.now, issuer=self.rules.issuer, subject=subject, **wanted)
            add_entry(connection, user)
            change.note("user.created", tenant, user=user.id, role=user.role, team=team)
        else:
            change_entry(connection, User, where, **wanted)
            move_keys(connection, and_(KEYS.c.tenant == known.tenant, KEYS.c.user == known.id), team)
            change.note("user.changed", tenant, user=known.id, role=wanted["role"], team=team)
        return Answer(None)

    def _close(self, purpose: str, value: Mapping[str, Any]) -> str:
        nonce = urandom(NONCE_BYTES)
        sealed = nonce + self._box.encrypt(nonce, orjson.dumps(value), purpose.encode())
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def _open(self, purpose: str, text: str) -> dict[str, Any]:
        """What was sealed for that purpose and has not run out. Raises SignInFailed."""
        try:
            sealed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
            found = orjson.loads(self._box.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], purpose.encode()))
        except (ValueError, InvalidTag):
            raise SignInFailed("this sign-in is not known here: sign in again") from None
        if found["until"] <= self._clock():
            raise SignInFailed("this sign-in has run out: sign in again")
        return dict(found)


def granted(rules: Oidc, claims: Mapping[str, Any]) -> tuple[Role, str | None]:
    """The role and team that the claims grant by the settings' mapping."""
    said = _values(claims.get(rules.role_claim))
    roles = {Role(role) for value, role in rules.roles.items() if value in said}
    if rules.role is not None:
        roles.add(Role(rules.role))
    of_team = _values(claims.get(rules.team_claim))
    team = next((team for value, team in rules.teams.items() if value in of_team), None)
    return next((role for role in STRONGEST if role in roles), Role.NONE), team


def _values(claim: Any) -> set[str]:
    found = claim if isinstance(claim, list) else [claim]
    return {each for each in found if isinstance(each, str)}


def _plain(text: str) -> str:
    return "".join(mark for mark in text if mark.isprintable()) or "unnamed"


def _working(user: User | None) -> User:
    if user is None or user.disabled is not None:
        raise SignInFailed("this account is switched off here: ask an admin")
    if user.role == Role.NONE:
        raise _no_role()
    return user


def _no_role() -> SignInFailed:
    return SignInFailed("your account grants no role here: ask an admin (identity.oidc.roles)")


def _actor(user: User) -> Key:
    return Key(user.id, user.tenant, Role(user.role), team=user.team, user=user.id)


def _system(rules: Oidc) -> Key:
    return Key("sign-in", rules.tenant, Role.ADMIN)


def _random() -> str:
    return base64.urlsafe_b64encode(urandom(32)).rstrip(b"=").decode()
