"""Bad input gets a 4xx that says what to do; never a traceback, never prompt text in a log."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from shoal.call import ModelCard
from shoal.chat import Piece
from shoal.gateway import protocol
from shoal.gateway.asgi import token_of
from shoal.models.specialists.specialist import Specialist
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running
from tests.waiting import SOON_S

SECRET = "my-secret-prompt"
USER = {"role": "user", "content": SECRET}
PATH = "/v1/chat/completions"


class Broken(ScriptedModel):
    """A model with a fault of our own."""

    def reply(self, chat: Any, call: Any) -> Any:
        raise ZeroDivisionError(chat.ask)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    toy = Specialist(ModelCard("shoal/toy", "toy", "specialist"), lambda _: Piece.of("one"))
    with running(tmp_path_factory.mktemp("data"), ScriptedModel(), Broken(name="broken"), toy) as found:
        yield found


@pytest.fixture
def client(house: Running) -> Iterator[web.Client]:
    with web.Client(base_url=house.url, headers={"authorization": f"Bearer {house.member}"}) as client:
        yield client


def deep(levels: int) -> bytes:
    nested = b"[" * levels + b"]" * levels
    return b'{"model": "scripted", "messages": [{"role": "user", "content": "x"}], "metadata": {"a": ' + nested + b"}}"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"", 400, "the body is empty"),
        (b"{", 400, "not valid UTF-8 JSON"),
        (b'{"model": "scripted", "messages": [{"role": "user", "content": "\xff"}]}', 400, "near byte 64"),
        (b'{"model": "\\ud800", "messages": []}', 400, "not valid UTF-8 JSON"),
        (b"[]", 400, "must be a JSON object"),
        (b'"text"', 400, "must be a JSON object"),
        (b"NaN", 400, "not valid UTF-8 JSON"),
        (deep(300), 400, "nested more than"),
        (deep(1000), 400, "nested more than"),
        (deep(40_000), 400, "nested more than"),
        (gzip.compress(b"{}"), 400, "compressed"),
        (b"\xef\xbb\xbf[]", 400, "must be a JSON object"),
        (b'{"a": "' + b"x" * 300_000 + b'"}', 413, "larger than 0.2 MB"),
    ],
    ids=["empty", "cut", "bytes", "surrogate", "list", "string", "nan", "300", "1000", "deep", "gzip", "mark", "large"],
)
def test_a_malformed_body(client: web.Client, body: bytes, status: int, said: str) -> None:
    answer = client.post(PATH, content=body)
    assert answer.status_code == status
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert said in error["message"]


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": None}, 400, "model"),
        ({"model": 7}, 400, "model"),
        ({"model": "scriptd"}, 404, "model"),
        ({"model": "x" * 5000}, 404, "model"),
        ({"model": "m\0"}, 404, "model"),
        ({"messages": None}, 400, "messages"),
        ({"messages": []}, 400, "messages"),
        ({"messages": "hi"}, 400, "messages"),
        ({"messages": [USER] * 51}, 400, "messages"),
        ({"messages": ["hi"]}, 400, "messages[0]"),
        ({"messages": [{"content": "x"}]}, 400, "messages[0].role"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "messages[0].role"),
        ({"messages": [{"role": ["user"], "content": "x"}]}, 400, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, 400, "messages[0].content"),
        ({"messages": [{"role": "user", "content": 5}]}, 400, "messages[0].content"),
        ({"messages": [{"role": "user", "content": ["x"]}]}, 400, "messages[0].content[0]"),
        ({"messages": [{"role": "user", "content": [{"type": "text"}]}]}, 400, "messages[0].content[0].text"),
        ({"messages": [{"role": "assistant", "tool_calls": {}}]}, 400, "messages[0].tool_calls"),
        ({"messages": [{**USER, "content": [{"type": "text", "text": "x", "shoal": {"trust": "god"}}]}]}, 400, None),
        ({"stream": "yes"}, 400, "stream"),
        ({"n": 0}, 400, "n"),
        ({"n": True}, 400, "n"),
        ({"max_tokens": -1}, 400, "max_tokens"),
        ({"temperature": "hot"}, 400, "temperature"),
        ({"tools": {}}, 400, "tools"),
        ({"stream_options": []}, 400, "stream_options"),
        ({"shoal": []}, 400, "shoal"),
        ({"shoal": {"colections": []}}, 400, "shoal"),
        ({"shoal": {"collections": "a"}}, 400, "shoal.collections"),
        ({"shoal": {"collections": ["a" * 201]}}, 400, "shoal.collections"),
        ({"shoal": {"tags": [1]}}, 400, "shoal.tags"),
        ({"shoal": {"tags": {"a": 1}}}, 400, "shoal.tags"),
        ({"shoal": {"tags": {"a": "b\0"}}}, 400, "shoal.tags"),
        ({"shoal": {"tags": {"": "b"}}}, 400, "shoal.tags"),
        ({"shoal": {"tags": {str(at): "b" for at in range(17)}}}, 400, "shoal.tags"),
        ({"shoal": {"optimize": "fame"}}, 400, "shoal.optimize"),
        ({"shoal": {"deadline_s": 0}}, 400, "shoal.deadline_s"),
        ({"shoal": {"deadline_s": 1e9}}, 400, "shoal.deadline_s"),
        ({"shoal": {"conversation": ""}}, 400, "shoal.conversation"),
    ],
)
def test_a_wrong_field_is_named(client: web.Client, change: dict[str, Any], status: int, param: str | None) -> None:
    answer = client.post(PATH, json={"model": "scripted", "messages": [USER], **change})
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (status, "invalid_request_error")
    assert param is None or error["param"] == param
    assert len(error["message"]) < 500
    assert SECRET not in error["message"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_specialist_gives_as_many_choices_as_were_asked_for_or_refuses(client: web.Client, stream: bool) -> None:
    request = {"model": "shoal/toy", "messages": [USER], "stream": stream}
    assert client.post(PATH, json={**request, "n": 1}).status_code == 200
    refused = client.post(PATH, json={**request, "n": 2})
    assert (refused.status_code, refused.json()["error"]["param"]) == (400, "n")
    assert "leave `n` out" in refused.json()["error"]["message"]


def test_a_null_label_of_a_part_is_none(client: web.Client) -> None:
    part = {"type": "text", "text": "x", "shoal": None}
    message = {"role": "user", "content": [part, {"type": "text", "text": "y", "shoal": {"trust": "tool"}}]}
    assert client.post(PATH, json={"model": "scripted", "messages": [message]}).status_code == 200


def test_zeros_before_the_length_of_a_body(house: Running) -> None:
    body = orjson.dumps({"model": "scripted", "messages": [USER]})
    length = "0" * 5000 + str(len(body))
    head = f"POST {PATH} HTTP/1.1\r\nauthorization: Bearer {house.member}\r\ncontent-length: {length}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", house.port), timeout=SOON_S) as line:
        line.sendall(head.encode() + body)
        assert line.recv(15) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("head", [b"x" * 100, b"x: " + b"y" * 99_997])
def test_a_head_without_end_is_refused_before_a_key_is_asked_for(house: Running, head: bytes) -> None:
    with socket.create_connection(("127.0.0.1", house.port), timeout=SOON_S) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\n")
        with suppress(OSError):  # the gateway hangs up meanwhile
            for _ in range(100_000_000 // len(head)):
                line.sendall(head)
        answer = line.recv(1000)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"larger than 64 kB" in answer


def refused(house: Running, sent: bytes) -> Any:
    """The error that what is no HTTP gets, with the connection closed after it."""
    with socket.create_connection(("127.0.0.1", house.port), timeout=SOON_S) as line:
        line.sendall(sent)
        head, _, body = b"".join(iter(lambda: line.recv(65536), b"")).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 400 Bad Request"
    assert {b"content-type: application/json", b"content-length: %d" % len(body)} <= set(lines)
    return orjson.loads(body)["error"]


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"nonsense\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n: x\r\n\r\n",
        b"POST /v1/models HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST /v1/models HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_what_is_no_http_gets_an_error_that_clients_can_read(house: Running, sent: bytes) -> None:
    error = refused(house, sent)
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", "invalid_request", None)
    assert "no request of HTTP/1.1" in error["message"]
    assert house.idle()


def test_a_head_that_does_not_end_is_not_waited_for(house: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", 0.05)
    for begun in (b"", b"POST /v1/models HTTP/1.1\r\nhost"):
        with socket.create_connection(("127.0.0.1", house.port), SOON_S) as line, suppress(ConnectionError):
            line.sendall(begun)
            assert line.recv(1) == b""


def test_a_body_and_the_next_request_in_one_read_are_no_large_head(house: Running) -> None:
    key = f"authorization: Bearer {house.member}".encode()
    body = orjson.dumps({"model": "scripted", "messages": [{"role": "user", "content": "x" * 150_000}]})
    first = b"POST %s HTTP/1.1\r\n%s\r\ncontent-length: %d\r\n\r\n" % (PATH.encode(), key, len(body))
    with socket.create_connection(("127.0.0.1", house.port), timeout=SOON_S) as line:
        line.sendall(first + body + b"GET /healthz HTTP/1.1\r\n")
        assert line.recv(15) == b"HTTP/1.1 200 OK"
        line.sendall(b"connection: close\r\n\r\n")
        rest = b"".join(iter(lambda: line.recv(65536), b""))
    assert rest.endswith(b'{"status":"ok"}')


@pytest.mark.parametrize("trailer", [b"x" * 10_000, b"x: yyyy\r\n" * 1000])
def test_trailers_without_end_are_refused(house: Running, trailer: bytes) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nauthorization: Bearer {house.member}\r\ntransfer-encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", house.port), timeout=SOON_S) as line:
        line.sendall(head.encode() + b"1\r\n{\r\n0\r\n")
        with suppress(OSError):
            for _ in range(10_000):
                line.sendall(trailer)
        assert b"larger than 64 kB" in line.recv(1000)
    assert house.idle()


def test_a_long_body_in_chunks_and_many_requests_in_one_read_are_no_large_head(house: Running) -> None:
    body = orjson.dumps({"model": "scripted", "messages": [{"role": "user", "content": "x" * 150_000}]})
    head = f"POST {PATH} HTTP/1.1\r\nauthorization: Bearer {house.member}\r\ntransfer-encoding: chunked\r\n\r\n"
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100_000], body[100_000:]))
    small = b"GET /healthz HTTP/1.1\r\nx: y\r\n\r\n" * 10_000
    last = b"GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", house.port), timeout=SOON_S) as line:
        sending = threading.Thread(target=line.sendall, args=(head.encode() + chunks + b"0\r\n\r\n" + small + last,))
        sending.start()
        answers = b"".join(iter(lambda: line.recv(1 << 20), b""))
        sending.join()
    assert answers.count(b"HTTP/1.1 200 OK") == 10_002


def test_an_unknown_model_names_the_nearest(client: web.Client) -> None:
    answer = client.post(PATH, json={"model": "scriptd", "messages": [USER]})
    assert answer.json()["error"]["code"] == "model_not_found"
    assert "did you mean 'scripted'" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", PATH, 405),
        ("DELETE", "/v1/models/x", 405),
        ("POST", "/v1/nothing", 404),
        ("GET", "/", 404),
        ("GET", "/v1/shoal/exchanges/%00", 404),
        ("GET", "/v1/models/%00", 404),
    ],
)
def test_a_wrong_path_or_method(client: web.Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    "headers",
    [{}, {"authorization": "Bearer nonsense"}, {"authorization": "Basic x"}, {"x-api-key": "sk-shoal-a-b"}],
)
@pytest.mark.parametrize("path", [PATH, "/v1/models", "/v1/models/x", "/v1/shoal/exchanges/x", "/metrics"])
def test_nobody_gets_in_without_a_key(house: Running, headers: dict[str, str], path: str) -> None:
    method = "POST" if path == PATH else "GET"
    answer = web.request(method, house.url + path, headers=headers, content=b"{" if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert answer.headers["x-request-id"]


def test_both_header_forms_of_a_key_work(house: Running) -> None:
    key = {"x-api-key": house.member}
    for headers in ({"authorization": f"bearer {house.member}"}, key, {"authorization": "Bearer", **key}):
        assert web.get(f"{house.url}/v1/models", headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("bearer", "other", "found"),
    [
        (b"Bearer one", b"two", "one"),
        (b"BEARER  one ", b"", "one"),
        (b"Bearer ", b"two", "two"),
        (b"Bearer", b" two ", "two"),
        (b"Basic one", b"two", "two"),
        (b"Bearerone", b"two", "two"),
        (b"Bearer  ", b" ", None),
        (b"", b"", None),
    ],
)
def test_an_empty_key_in_one_header_hides_none_in_the_other(bearer: bytes, other: bytes, found: str | None) -> None:
    assert token_of({b"authorization": bearer, b"x-api-key": other}) == found


def test_a_fault_of_ours_shows_no_text(client: web.Client, capsys: pytest.CaptureFixture[str]) -> None:
    for stream in (False, True):
        answer = client.post(PATH, json={"model": "broken", "messages": [USER], "stream": stream})
        assert answer.status_code == 500
        assert answer.headers["x-should-retry"] == "false"
        assert SECRET not in answer.text
    shown = "".join(capsys.readouterr())
    assert "ZeroDivisionError" in shown
    assert SECRET not in shown


def test_requests_after_bad_ones_are_served(house: Running, client: web.Client) -> None:
    answer = client.post(PATH, json={"model": "scripted", "messages": [USER]})
    assert answer.status_code == 200
    assert orjson.loads(answer.content)["choices"]
    assert house.idle()


def test_a_body_that_trickles_is_refused(tmp_path: Path) -> None:
    with (
        running(tmp_path, ScriptedModel(), body_s=0.05) as slow,
        socket.create_connection(("127.0.0.1", slow.port), timeout=SOON_S) as wire,
    ):
        head = f"POST {PATH} HTTP/1.1\r\nhost: x\r\nx-api-key: {slow.member}\r\ncontent-length: 1000\r\n\r\n"
        wire.sendall(head.encode() + b'{"model": ')
        answer = wire.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b'"code":"body_too_slow"' in answer
