"""An identity provider on a real socket, with real keys, that does what a test wants of it."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

CLIENT = "shoal"
# With what has a meaning in a form and in HTTP Basic.
SECRET = "s" * 40 + "%2B+:&="
Signer = RSAKey | ECKey


class ScriptedProvider:
    """`keys` are published; `codes` stand for the claims of who signed in. `asked` counts requests by path. `methods`
    is what the discovery document says of how a client shows who it is, None for nothing; no other way is taken."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.keys: list[Signer] = [RSAKey.generate_key(2048, {"kid": "one"})]
        self.codes: dict[str, dict[str, Any]] = {}
        self.asked: dict[str, int] = {}
        self.away = False
        self.methods: list[str] | None = None

    def claims(self, **more: Any) -> dict[str, Any]:
        """Good claims, with these changed."""
        now = int(time.time())
        good = {"iss": self.issuer, "aud": CLIENT, "sub": "ada", "iat": now, "exp": now + 300, "groups": ["staff"]}
        return {name: value for name, value in {**good, **more}.items() if value is not None}

    def token(self, signer: Signer | None = None, algorithm: str = "RS256", **more: Any) -> str:
        """A token of these claims."""
        key = signer or self.keys[0]
        return jwt.encode({"alg": algorithm, "kid": key.kid}, self.claims(**more), key, algorithms=[algorithm])

    def sign_in(self, url: str, **more: Any) -> tuple[str, str]:
        """What a person does at the address that the gateway sent them to: the code and state to come back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = {"challenge": asked["code_challenge"], "claims": {"nonce": asked["nonce"], **more}}
        return code, asked["state"]

    def document(self) -> dict[str, Any]:
        """The discovery document."""
        places = {"authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/jwks"}
        said = {} if self.methods is None else {"token_endpoint_auth_methods_supported": self.methods}
        return {"issuer": self.issuer, **{name: self.issuer + at for name, at in places.items()}, **said}

    def knows(self, form: dict[str, str], authorization: str) -> bool:
        """Whether the client shows who it is, in one way that this provider takes."""
        kind, _, pair = authorization.partition(" ")
        basic = [unquote_plus(part) for part in base64.b64decode(pair).decode().split(":")]
        posted = [form[name] for name in ("client_id", "client_secret") if name in form]
        if "client_secret_basic" in (self.methods or ["client_secret_basic"]):
            return (kind, basic, posted) == ("Basic", [CLIENT, SECRET], [])
        return (kind, posted) == ("", [CLIENT, SECRET])

    def answer(self, path: str, form: dict[str, str], authorization: str = "") -> tuple[int, Any]:
        self.asked[path] = self.asked.get(path, 0) + 1
        if self.away:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, self.document()
        if path == "/jwks":
            return 200, KeySet(list(self.keys)).as_dict(private=False)
        if path == "/token":
            known = self.codes.pop(form["code"], None)
            digest = base64.urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
            if known is None or known["challenge"] != digest or not self.knows(form, authorization):
                return 400, {"error": "invalid_grant"}
            return 200, {"id_token": self.token(**known["claims"]), "access_token": "x", "token_type": "Bearer"}
        return 404, {}


@contextmanager
def provider() -> Iterator[ScriptedProvider]:
    """Runs one from entry to exit."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            self._reply({name: values[0] for name, values in parse_qs(body).items()})

        def _reply(self, form: dict[str, str]) -> None:
            status, wire = scripted.answer(self.path, form, self.headers.get("authorization", ""))
            body = json.dumps(wire).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        scripted = ScriptedProvider(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield scripted
        finally:
            server.shutdown()
            thread.join()
