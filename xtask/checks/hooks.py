"""What Schemathesis is told beyond the description: who asks, what must not be asked, and what no answer may have.

Reads the company and the caller from JINGWEI_CHECK, a file that `api.py` writes; leaves what was asked and answered beside it.
"""

import atexit
import json
import os
from collections import Counter
from pathlib import Path

import requests
import schemathesis

FILE = Path(os.environ["JINGWEI_CHECK"])
CHECK = json.loads(FILE.read_text())
WHO = CHECK["callers"][CHECK["who"]]
IS_NARROW = CHECK["who"] == "narrow"
SOURCES = {"send_events", "send_segment", "put_original"}
# Statuses by which anything may be refused, each with a code and a sentence; 405 is HTTP's own.
REFUSED = {400, 401, 403, 404, 409, 413, 415, 422, 429}

answered: dict[str, Counter] = {}
refusals: dict[str, str] = {}
seen: Counter = Counter()


@schemathesis.serializer("application/x-ndjson")
def lines(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """A record is looked for among those of its own object, mostly."""
    object_of = CHECK["object_of"].get((path_parameters or {}).get("id"))
    if object_of and "object" in path_parameters:
        return {**path_parameters, "object": object_of}
    return path_parameters


@schemathesis.hook
def before_call(context, case, kwargs):
    name = case.operation.definition.raw["operationId"]
    if name in SOURCES and not IS_NARROW:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {CHECK['key']}"}
    body = case.body
    if not isinstance(body, dict):
        return
    if name == "open_original" and body.get("event") in CHECK["ids"]["events"]:
        body["event"] = CHECK["event_of"].get(case.path_parameters["id"], body["event"])
    if name == "change_sign_in_settings":
        body["second_factor"] = False  # else the session that asks may do nothing until it has shown one
    if name in {"set_mail", "test_mail"}:
        body.update({key: value for key, value in {"host": "127.0.0.1", "port": 1}.items() if key in body})
    if isinstance(body.get("issuer"), str) and not body["issuer"].startswith(CHECK["issuer"]):
        body["issuer"] = CHECK["issuer"]  # no server of others is ever asked


@schemathesis.hook
def after_call(context, case, response):
    name = case.operation.definition.raw["operationId"]
    answered.setdefault(name, Counter())[response.status_code] += 1
    text = response.content.decode("utf-8", "replace")
    if response.status_code >= 400:
        refusals[name] = text[:300]
    for canary in CHECK["canaries"]:
        if canary in text:
            seen[canary] += 1
    if name == "see_as" and response.status_code == 200:
        # Otherwise all that follows would be asked as somebody else.
        back = requests.delete(CHECK["base"] + "/v1/see-as", headers={"cookie": WHO["cookie"], "x-jingwei": "1"}, timeout=60)
        back.raise_for_status()


@schemathesis.check
def nothing_foreign(ctx, response, case):
    """Who may not see a record, a value or a customer finds no trace of it in any answer."""
    if not IS_NARROW:
        return
    text = response.content.decode("utf-8", "replace") + str(response.headers)
    found = [canary for canary in CHECK["canaries"] if canary in text]
    assert not found, f"the answer has {found}, which this caller may not see"


@schemathesis.check
def refused_as_all_are(ctx, response, case):
    """A refusal has one of the statuses that refusals have; what is broken is broken, and what is away says until when."""
    responses = case.operation.definition.raw["responses"]
    status = response.status_code
    if str(status) in responses or status == 405:
        return
    assert status in REFUSED or status == 503 and "retry-after" in response.headers, f"{status} is no status that the API has"


@atexit.register
def leave():
    told = {"answered": {name: dict(counts) for name, counts in sorted(answered.items())}, "refusals": refusals, "seen": dict(seen)}
    FILE.with_suffix(".done.json").write_text(json.dumps(told))
