"""/v1/shoal/auth: sign-in with an identity provider, for a browser. Who comes back `identity/sign_in.py` knows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from shoal.errors import NotFound, SignInFailed
from shoal.gateway.admin.asked import reply
from shoal.gateway.admin.cookies import LOGIN, SESSION, cookie, cookies_of, no_cookie
from shoal.gateway.admin.shapes import SessionShown
from shoal.identity.administration import Answer
from shoal.identity.sign_in import LOGIN_S, Session, SignIn

router = APIRouter(prefix="/v1/shoal/auth", tags=["sign-in"])
Text = Annotated[str | None, Query(max_length=4000)]


@router.get("/login", status_code=303, response_class=Response)
async def login(request: Request) -> Response:
    """Go to the identity provider."""
    found = _sign_in(request)
    url, kept = await found.begin()
    answer = RedirectResponse(url, 303)
    answer.headers["set-cookie"] = cookie(LOGIN, kept, LOGIN_S, found.rules.redirect_url)
    answer.headers["cache-control"] = "no-store"
    return answer


@router.get("/callback", response_model=SessionShown)
async def callback(request: Request, code: Text = None, state: Text = None) -> Response:
    """Come back from there: the browser gets a session as a cookie."""
    found = _sign_in(request)
    kept = cookies_of(request.headers.get("cookie", "")).get(LOGIN)
    if kept is None or not code or not state:
        raise SignInFailed("the sign-in was not completed: begin it anew at /v1/shoal/auth/login")
    session = await found.finish(kept, state, code)
    url = found.rules.redirect_url
    answer = _shown(session)
    answer.headers.append("set-cookie", cookie(SESSION, session.token, found.rules.session_s, url))
    answer.headers.append("set-cookie", no_cookie(LOGIN, url))
    return answer


@router.get("/session", response_model=SessionShown)
async def session(request: Request) -> Response:
    """Say who has signed in, and what a change must send as `x-shoal-csrf`."""
    kept = cookies_of(request.headers.get("cookie", "")).get(SESSION)
    if kept is None:
        raise SignInFailed("nobody has signed in in this browser: begin at /v1/shoal/auth/login")
    return _shown(await _sign_in(request).session(kept))


@router.post("/logout", status_code=204, response_class=Response)
async def logout(request: Request) -> Response:
    """Forget the session in this browser."""
    answer = Response(status_code=204)
    answer.headers["set-cookie"] = no_cookie(SESSION, _sign_in(request).rules.redirect_url)
    return answer


def _sign_in(request: Request) -> SignIn:
    found: SignIn | None = request.app.state.sign_in
    if found is None:
        raise NotFound("sign-in is not set up here: the operator does so in identity.oidc")
    return found


def _shown(found: Session) -> Response:
    actor = found.actor
    whose = {"user": actor.user, "role": actor.role.value, "organisation": actor.tenant, "team": actor.team}
    answer = reply(Answer({"object": "shoal.session", **whose, "csrf": found.csrf, "expires": found.until}))
    answer.headers["cache-control"] = "no-store"
    return answer
