"""/v1/shoal/keys: made, read, listed, changed, rotated, disabled, deleted; nothing shown twice."""

from __future__ import annotations

import time

from tests.gateway.admin.conftest import Api
from tests.waiting import until


def uses_models(api: Api, token: str) -> int:
    return api("GET", "/self", token).status_code


def test_a_new_key_is_shown_once_and_works(api: Api) -> None:
    made = api.made("/keys", {"name": "reporting", "tags": {"app": "r"}})
    assert made["key"].startswith(f"sk-shoal-{made['id']}-")
    assert (made["role"], made["organisation"], made["tags"]) == ("member", "default", {"app": "r"})
    read = api("GET", f"/keys/{made['id']}")
    assert read.json() == {name: value for name, value in made.items() if name != "key"}
    assert read.headers["etag"] == '"1"'
    assert uses_models(api, made["key"]) == 200


def test_rotation_keeps_the_id_and_lets_the_old_key_overlap(api: Api) -> None:
    made = api.made("/keys", {"name": "rotated"})
    begun = time.time()
    turned = api("POST", f"/keys/{made['id']}/rotate", body={"overlap_s": 600}).json()
    assert turned["id"] == made["id"]
    assert turned["key"] != made["key"]
    assert begun <= turned["previous_until"] - 600 <= time.time()
    assert [uses_models(api, each["key"]) for each in (made, turned)] == [200, 200]
    again = api("POST", f"/keys/{made['id']}/rotate", body={"overlap_s": 0}).json()
    assert [uses_models(api, each["key"]) for each in (made, turned, again)] == [401, 401, 200]


def test_a_disabled_key_stops_at_once(api: Api) -> None:
    made = api.made("/keys", {"name": "off"})
    assert uses_models(api, made["key"]) == 200
    assert api("POST", f"/keys/{made['id']}/disable").json()["disabled"] is not None
    refused = api("GET", "/self", made["key"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")
    assert api("POST", f"/keys/{made['id']}/rotate").status_code == 409


def test_a_key_ends_when_it_expires(api: Api) -> None:
    made = api.made("/keys", {"name": "brief", "expires": time.time() + 600})
    assert uses_models(api, made["key"]) == 200
    assert api("PATCH", f"/keys/{made['id']}", body={"expires": time.time() - 1}).status_code == 400
    # Who is too slow to ask before that time asks again.
    until(lambda: api("PATCH", f"/keys/{made['id']}", body={"expires": time.time() + 0.3}).status_code == 200)
    ended = api("GET", f"/keys/{made['id']}").json()["expires"]
    while (status := uses_models(api, made["key"])) == 200:
        pass
    assert (status, time.time() > ended) == (401, True)


def test_a_deleted_key_is_gone(api: Api) -> None:
    made = api.made("/keys", {"name": "gone"})
    assert api("DELETE", f"/keys/{made['id']}").status_code == 204
    assert api("GET", f"/keys/{made['id']}").json()["error"]["code"] == "not_found"
    assert uses_models(api, made["key"]) == 401


def test_pages_go_through_all_keys_once(api: Api) -> None:
    names = {api.made("/keys", {"name": f"page {n}"})["id"] for n in range(7)}
    seen, after = [], ""
    while True:
        page = api("GET", f"/keys?limit=3{after}").json()
        seen += [row["id"] for row in page["data"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == len(set(seen))
    assert names <= set(seen)


def test_an_idempotency_key_makes_one_key_and_stands_for_one_request(api: Api) -> None:
    first = api("POST", "/keys", body={"name": "once"}, idempotency_key="abc")
    second = api("POST", "/keys", body={"name": "once"}, idempotency_key="abc")
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    other = api("POST", "/keys", body={"name": "another"}, idempotency_key="abc")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "conflict")
    assert other.headers["x-should-retry"] == "false"


def test_a_lost_update_is_refused(api: Api) -> None:
    made = api.made("/keys", {"name": "raced"})
    assert api("PATCH", f"/keys/{made['id']}", body={"name": "mine"}, if_match='"1"').headers["etag"] == '"2"'
    late = api("PATCH", f"/keys/{made['id']}", body={"name": "theirs"}, if_match='"1"')
    assert (late.status_code, late.json()["error"]["code"]) == (412, "changed_meanwhile")
    assert api("GET", f"/keys/{made['id']}").json()["name"] == "mine"


def test_a_key_limited_to_endpoints_and_areas(api: Api) -> None:
    made = api.made("/keys", {"name": "narrow", "role": "admin", "endpoints": ["/v1/shoal/*"], "areas": ["teams"]})
    assert api("GET", "/teams", made["key"]).status_code == 200
    assert api("GET", "/keys", made["key"]).status_code == 403
    assert api("GET", "/../models", made["key"]).json()["error"]["code"] == "permission_denied"


def test_what_is_limited_makes_nothing_wider(api: Api) -> None:
    narrow = api.made("/keys", {"name": "narrow admin", "role": "admin", "models": ["shoal/*", "auto"]})
    assert api("POST", "/keys", narrow["key"], {"name": "wide"}).status_code == 403
    assert api("POST", "/keys", narrow["key"], {"name": "same", "models": ["auto"]}).status_code == 201
    wide = api.made("/keys", {"name": "wide"})
    assert api("POST", f"/keys/{wide['id']}/rotate", narrow["key"]).status_code == 403
    assert api("PATCH", f"/keys/{wide['id']}", narrow["key"], {"name": "x"}).status_code == 403


def test_changes_are_audited_and_told_without_secrets(api: Api) -> None:
    made = api.made("/keys", {"name": "told"})
    api("POST", f"/keys/{made['id']}/rotate")
    facts = [(name, data["key"]) for name, tenant, data in api.audited if data.get("key") == made["id"]]
    assert facts == [("key.created", made["id"]), ("key.rotated", made["id"])]
    events = api("GET", "/events?limit=5").json()["data"]
    assert [event["name"] for event in events[:2]] == ["key.rotated", "key.created"]
    assert made["key"] not in str(api.audited) + str(events)


def test_the_head_of_a_page_is_that_of_the_page(api: Api) -> None:
    answer = api("HEAD", "/keys?limit=1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) > 0
    assert api("HEAD", "/keys/nokey").status_code == 404


def test_faults_are_in_the_one_envelope_and_quote_nothing(api: Api) -> None:
    for body in ({"name": "x" * 999, "wrong": 1}, {}, {"name": "n", "role": "king"}, {"name": "a\u0000b"}):
        answer = api("POST", "/keys", body=body)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"
        assert "king" not in answer.text
    missed = api("PUT", "/keys")
    assert (missed.json()["error"]["code"], missed.headers["allow"]) == ("method_not_allowed", "GET, POST")
    assert api("PUT", "/keys/x").headers["allow"] == "DELETE, GET, PATCH"
    assert api("GET", "/keys/a/b/c").json()["error"]["code"] == "not_found"
    assert api("POST", "/keys", body={"name": "x" * 300_000}).status_code == 413
