"""Cookies of the sign-in: for this gateway's own paths, out of reach of scripts, over https alone where it is used. It
knows nothing of what they hold."""

from __future__ import annotations

LOGIN, SESSION = "shoal_login", "shoal_session"


def cookie(name: str, value: str, lasts_s: float, address: str) -> str:
    """A Set-Cookie header's value; `address` is the gateway's as browsers see it."""
    secure = "; Secure" if address.startswith("https:") else ""
    return f"{name}={value}; Path=/v1/shoal; Max-Age={int(lasts_s)}; HttpOnly; SameSite=Lax{secure}"


def no_cookie(name: str, address: str) -> str:
    """One that takes the cookie away."""
    return cookie(name, "", 0, address)


def cookies_of(header: str) -> dict[str, str]:
    """The cookies that a request brings; of repeated ones the first, which a page of this host set."""
    found: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.strip().partition("=")
        if equals:
            found.setdefault(name, value)
    return found
