"""Sign-in with an identity provider: the whole way of a browser, and every token that must not pass."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, RSAKey
from starlette.types import ASGIApp

from shoal.config.events import EventRules
from shoal.config.identity import Oidc
from shoal.errors import TooManyWrongKeys
from shoal.gateway.admin.page import AdminPage
from shoal.gateway.door import Door
from shoal.identity import Identity
from shoal.identity.administration import Administration
from shoal.identity.events import Events
from shoal.identity.oidc import Provider
from shoal.identity.sign_in import SignIn
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.admin.provider import CLIENT, SECRET, ScriptedProvider, provider
from tests.gateway.house import Running, running

SEAL = b"s" * 32


class Clock:
    """Unix time, ahead by `ahead` seconds."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


@dataclass
class Site:
    """A gateway whose people sign in at `idp`."""

    house: Running
    idp: ScriptedProvider
    clock: Clock

    def browser(self) -> web.Client:
        return web.Client(base_url=self.house.url)

    def bearer(self, token: str, path: str = "/v1/shoal/self") -> web.Response:
        return web.get(self.house.url + path, headers={"authorization": f"Bearer {token}"})


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    clock = Clock()
    with provider() as idp:
        rules = Oidc(
            issuer=idp.issuer,
            client_id=CLIENT,
            client_secret="env:OIDC_SECRET",
            redirect_url="http://127.0.0.1/v1/shoal/auth/callback",
            bearer=True,
            roles={"staff": "member", "heads": "lead", "platform": "admin"},
            teams={"dept-research": "research"},
        )

        def admin_api(database: Database, identity: Identity) -> ASGIApp:
            events = Events(SqlOutbox(database.engine), EventRules())
            desk = Administration(database.engine, identity, events, SEAL)
            sign_in = SignIn(rules, Provider(rules, clock=clock), desk, SEAL, clock)
            return AdminPage(desk, Door(identity), "1.0", 200_000, 5, sign_in)

        with running(tmp_path, ScriptedModel(), admin_api=admin_api) as house:
            yield Site(house, idp, clock)


def signed_in(site: Site, browser: web.Client, **claims: object) -> web.Response:
    """The answer to who went the whole way."""
    sent = browser.get("/v1/shoal/auth/login")
    assert sent.status_code == 303
    code, state = site.idp.sign_in(sent.headers["location"], **claims)
    return browser.get("/v1/shoal/auth/callback", params={"code": code, "state": state})


def test_a_person_signs_in_and_administers(site: Site) -> None:
    with site.browser() as browser:
        came = signed_in(site, browser, groups=["platform", "dept-research"], name="Ada", email="ada@example.org")
        assert came.status_code == 200, came.text
        shown = came.json()
        assert (shown["role"], shown["organisation"], shown["team"]) == ("admin", "default", "research")
        cookie = next(each for each in came.headers.get_list("set-cookie") if each.startswith("shoal_session="))
        assert "HttpOnly; SameSite=Lax" in cookie
        assert browser.get("/v1/shoal/self").json()["user"] == shown["user"]
        assert browser.get(f"/v1/shoal/users/{shown['user']}").json()["name"] == "Ada"
        bare = browser.post("/v1/shoal/keys", json={"name": "k"})
        assert (bare.status_code, bare.json()["error"]["code"]) == (403, "permission_denied")
        made = browser.post("/v1/shoal/keys", json={"name": "k"}, headers={"x-shoal-csrf": shown["csrf"]})
        assert made.status_code == 201
        assert made.json()["author"] == shown["user"]
        assert browser.get("/v1/shoal/auth/session").json() == shown
        gone = browser.post("/v1/shoal/auth/logout", headers={"x-shoal-csrf": shown["csrf"]})
        assert gone.status_code == 204
        assert browser.get("/v1/shoal/self").status_code == 401


@pytest.mark.parametrize(
    "methods",
    [["client_secret_basic"], ["client_secret_post"], ["client_secret_post", "client_secret_basic"], ["none"]],
)
def test_the_secret_is_shown_in_the_way_that_the_provider_takes(site: Site, methods: list[str]) -> None:
    site.idp.methods = methods
    with site.browser() as browser:
        assert signed_in(site, browser).status_code == 200


def test_a_session_ends_and_models_are_no_part_of_it(site: Site) -> None:
    with site.browser() as browser:
        assert signed_in(site, browser).json()["role"] == "member"
        assert browser.get("/v1/models").status_code == 401
        site.clock.ahead = 3601
        ended = browser.get("/v1/shoal/self")
        assert (ended.status_code, ended.json()["error"]["code"]) == (401, "sign_in_failed")


def test_a_disabled_person_is_refused_at_once(site: Site) -> None:
    with site.browser() as browser:
        user = signed_in(site, browser).json()["user"]
        path, headers = f"{site.house.url}/v1/shoal/users/{user}", {"x-api-key": site.house.admin}
        assert web.post(f"{path}/disable", headers=headers).status_code == 200
        assert browser.get("/v1/shoal/self").status_code == 401
        assert signed_in(site, browser).json()["error"]["code"] == "sign_in_failed"
        assert site.bearer(site.idp.token()).status_code == 401


def test_a_role_that_was_taken_away_is_gone_at_the_next_request(site: Site) -> None:
    with site.browser() as browser:
        user = signed_in(site, browser, groups=["platform"]).json()["user"]
        path, headers = f"{site.house.url}/v1/shoal/users/{user}", {"x-api-key": site.house.admin}
        assert web.patch(path, headers=headers, json={"role": "member"}).status_code == 200
        assert browser.get("/v1/shoal/self").json()["role"] == "member"


def test_keys_follow_what_the_provider_says_of_their_user(site: Site) -> None:
    def role() -> object:
        return web.get(f"{site.house.url}/v1/shoal/self", headers={"x-api-key": key}).json().get("role")

    with site.browser() as browser:
        user = signed_in(site, browser, groups=["platform"]).json()["user"]
        body = {"name": "k", "user": user, "role": "admin"}
        admin = {"x-api-key": site.house.admin}
        key = web.post(f"{site.house.url}/v1/shoal/keys", headers=admin, json=body).json()["key"]
        assert role() == "admin"
        for groups, left in ((["staff"], "member"), ([], None), (["heads"], "lead")):
            status = signed_in(site, browser, groups=groups).status_code
            assert (status, role()) == (401 if left is None else 200, left)
            assert browser.get("/v1/shoal/self").status_code == status
            assert site.bearer(site.idp.token(groups=groups)).status_code == status


def test_what_was_begun_elsewhere_is_not_finished(site: Site) -> None:
    with site.browser() as browser, site.browser() as other:
        code, state = site.idp.sign_in(browser.get("/v1/shoal/auth/login").headers["location"])
        other.get("/v1/shoal/auth/login")
        back = "/v1/shoal/auth/callback"
        assert other.get(back, params={"code": code, "state": state}).status_code == 401
        assert web.get(site.house.url + back, params={"code": code, "state": state}).status_code == 401
        assert browser.get(back, params={"code": code, "state": state + "x"}).status_code == 401
        assert browser.get(back, params={"error": "access_denied", "state": state}).status_code == 401
        assert browser.get(back, params={"code": "made up", "state": state}).status_code == 401
        site.clock.ahead = 601
        assert browser.get(back, params={"code": code, "state": state}).status_code == 401
        site.clock.ahead = 0
        assert browser.get(back, params={"code": code, "state": state}).status_code == 200


def test_another_sign_ins_token_is_not_taken(site: Site) -> None:
    with site.browser() as browser:
        assert signed_in(site, browser, nonce="another").json()["error"]["code"] == "sign_in_failed"


def test_what_the_browser_keeps_of_a_login_is_no_session(site: Site) -> None:
    with site.browser() as browser:
        browser.get("/v1/shoal/auth/login")
        kept = browser.cookies["shoal_login"]
        assert "verifier" not in base64.urlsafe_b64decode(kept + "==").decode("latin-1")
    stolen = web.get(f"{site.house.url}/v1/shoal/self", headers={"cookie": f"shoal_session={kept}"})
    assert stolen.status_code == 401


def test_a_token_of_the_provider_is_taken_from_a_machine(site: Site) -> None:
    seen = [site.bearer(site.idp.token(sub="robot", groups=["heads", "dept-research"])).json() for _ in range(2)]
    assert (seen[0]["role"], seen[0]["team"]) == ("lead", "research")
    assert seen[0] == seen[1]
    assert site.idp.asked["/jwks"] == 1


def by_hand(site: Site, algorithm: str) -> bytes:
    """Head and claims of a token, without a signature."""
    parts = [{"alg": algorithm, "kid": "one"}, site.idp.claims()]
    return b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)


def unsigned(site: Site) -> str:
    return by_hand(site, "none").decode() + "."


def with_the_public_key_as_secret(site: Site) -> str:
    key = site.idp.keys[0]
    assert isinstance(key, RSAKey)
    signed = hmac.digest(key.as_pem(private=False), by_hand(site, "HS256"), sha256)
    return (by_hand(site, "HS256") + b"." + base64.urlsafe_b64encode(signed).rstrip(b"=")).decode()


BAD: dict[str, Callable[[Site], str]] = {
    "no signature": unsigned,
    "public key as a secret": with_the_public_key_as_secret,
    "another key of the same name": lambda site: site.idp.token(RSAKey.generate_key(2048, {"kid": "one"})),
    "a key that nobody published": lambda site: site.idp.token(RSAKey.generate_key(2048, {"kid": "two"})),
    "another issuer": lambda site: site.idp.token(iss="https://elsewhere.example"),
    "another audience": lambda site: site.idp.token(aud="another"),
    "several audiences, for another": lambda site: site.idp.token(aud=[CLIENT, "another"], azp="another"),
    "several audiences, for nobody": lambda site: site.idp.token(aud=[CLIENT, "another"]),
    "out of time": lambda site: site.idp.token(exp=int(time.time()) - 60),
    "without end": lambda site: site.idp.token(exp=None),
    "not yet": lambda site: site.idp.token(nbf=int(time.time()) + 300),
    "without a subject": lambda site: site.idp.token(sub=None),
    "a subject that is no text": lambda site: site.idp.token(sub=7),
    "no role": lambda site: site.idp.token(groups=["strangers"]),
    "an algorithm that is not allowed": lambda site: site.idp.token(algorithm="PS256"),
    "no token": lambda site: "a.b.c",
    "long": lambda site: "a" * 20_000 + ".b.c",
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_token_is_refused(site: Site, kind: str) -> None:
    answer = site.bearer(BAD[kind](site))
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "sign_in_failed")


def test_new_keys_of_the_provider_are_noticed_but_not_asked_for_at_every_wrong_one(site: Site) -> None:
    assert site.bearer(site.idp.token()).status_code == 200
    fresh = ECKey.generate_key("P-256", {"kid": "two"})
    site.idp.keys.append(fresh)
    token = site.idp.token(fresh, "ES256")
    for _ in range(3):
        assert site.bearer(token).status_code == 401
    assert site.idp.asked["/jwks"] == 1
    site.clock.ahead = 31
    assert site.bearer(token).status_code == 200
    assert site.idp.asked["/jwks"] == 2


def test_a_provider_that_is_away_locks_out_no_good_token_for_a_day(site: Site) -> None:
    token = site.idp.token(exp=int(time.time()) + 200_000)
    assert site.bearer(token).status_code == 200
    site.idp.away = True
    for ahead, status in ((4000, 200), (80_000, 200), (90_000, 401)):
        site.clock.ahead = ahead
        assert site.bearer(token).status_code == status, ahead


def test_who_sent_too_many_wrong_tokens_is_not_looked_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_many(*_: object) -> None:
        raise TooManyWrongKeys("wait", after_s=1)

    monkeypatch.setattr(Door, "check", too_many)
    assert site.bearer(site.idp.token()).status_code == 429
    assert "/jwks" not in site.idp.asked
