"""A company for the API to be asked about: two people who ask, and what one of them may not see, marked by words of its own.

`make(data)` fills a running server and says what is there: the two callers, ids by noun, the objects of records, canaries.
"""

import json
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import requests

import issuer

PASSWORD = "correct horse battery"
ADDRESS = "https://crm.example.com"
OWNER = "rol_00000001"
WAIT_S = 120
# What the narrow role may do: all that shows nothing of customers, and of records what its conditions say.
RIGHTS = ["rules.read", "rules.write", "events.read", "kinds.write", "tasks.write"]
RECORDS = {
    "others": {"read": "all", "write": "own"},
    "objects": {
        "deal": {"read": "own", "write": "own"},
        "lead": {"read": "some", "write": "own", "condition": {"is": {"field": "status", "op": "equal", "value": "new"}}},
        "ticket": {"read": "all", "write": "all", "fields": {"description": "hidden", "phone": "masked"}},
        "contract": {"read": "none", "write": "none"},
        "invoice": {"read": "team", "write": "none"},
    },
}
# Words that stand for nothing else, so that finding one says from where it leaked.
CANARIES = {name: f"Canary{name.title()}Zq7" for name in ("title", "value", "lead", "contract", "hidden", "trash", "view", "team", "customer", "message", "file")}
MASKED = "13917364285"  # a phone number that the narrow role sees masked


class Caller:
    """Someone who asks: the machine's owner by token, a person by cookie, a source by key."""

    def __init__(self, base, headers=None):
        self.base, self.session = base, requests.Session()
        self.session.headers.update({"x-jingwei": "1", **(headers or {})})

    def ask(self, method, path, body=None, **more):
        answer = self.session.request(method, self.base + path, json=body, timeout=60, **more)
        if answer.status_code != 200:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json()

    def cookie(self):
        return f"jw_session={self.session.cookies['jw_session']}"


def wait(data):
    """Until the server answers; where it does and its owner's token."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        try:
            running = json.loads((data / "run/local.json").read_text())
            if requests.get(running["url"] + "/healthz", timeout=5).ok:
                return running["url"], running["token"]
        except (OSError, ValueError, requests.RequestException):
            pass
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def make(data: Path) -> dict:
    address = issuer.start()
    base, token = wait(data)
    local = Caller(base, {"authorization": f"Bearer {token}"})
    local.ask("PATCH", "/v1/sign-in-settings", {"address": ADDRESS})
    local.ask("POST", "/v1/objects/product/fields", {"label": {"zh": "标记", "en": "marks"}, "type": "tags", "name": "marks"})
    local.ask("POST", "/v1/objects/ticket/fields", {"label": {"zh": "电话", "en": "phone"}, "type": "phone", "name": "phone"})
    role = local.ask("POST", "/v1/roles", {"name": "窄", "rights": RIGHTS, "records": RECORDS})
    (owner, wide), (narrow, _), (other, others) = (join(local, name, which) for name, which in (("wide", OWNER), ("narrow", role["id"]), ("other", OWNER)))
    records, changes = fill(local, others, narrow["id"], other["id"])
    source = local.ask("POST", "/v1/sources", {"name": "check"})
    happen(Caller(base, {"authorization": f"Bearer {source['key']}"}), local)
    event_of = messages(local)
    ids = named(local, wide, records, changes, owner, narrow, other, address)
    return {
        "base": base,
        "issuer": address,
        "local": token,
        "key": source["key"],
        "callers": {"wide": owner, "narrow": narrow},
        # Those with a message of ours first: they are tried first.
        "ids": {**ids, "customers": [*event_of, *(each for each in ids["customers"] if each not in event_of)], "events": list(event_of.values())},
        "event_of": event_of,
        "object_of": {record: name for name, all_of in records.items() for record in all_of},
        "fields": sorted({field["name"] for each in local.ask("GET", "/v1/objects")["items"] for field in each["fields"]}),
        "canaries": [*CANARIES.values(), MASKED, MASKED[3:]],
        "private": [CANARIES["view"]],  # the wide caller sees no one else's own view either
        "attached": attach(local, records["deal"][0]),
        "shared": share(local, records["deal"][-1], other["id"]),
    }


def join(local, name, role):
    """Invites someone, who joins twice: one session to ask with, and one that may be ended."""
    email = f"{name}@example.com"
    token = local.ask("POST", "/v1/invitations", {"email": email, "role": role})["token"]
    browser = Caller(local.base)
    user = browser.ask("POST", "/v1/join", {"token": token, "name": name, "password": PASSWORD})["user"]
    Caller(local.base).ask("POST", "/v1/session", {"email": email, "password": PASSWORD})
    sessions = [each["id"] for each in browser.ask("GET", "/v1/sessions")["items"] if not each["current"]]
    return {"id": user["id"], "cookie": browser.cookie(), "sessions": sessions}, browser


def fill(local, others, narrow, other):
    """Records of both, with a canary in all that the narrow role may not see. Returns ids by object, and changes."""
    records, changes = {}, []

    def add(name, values):
        made = local.ask("POST", f"/v1/objects/{name}/records", {"values": values})
        records.setdefault(name, []).append(made["record"]["id"])
        return made["record"]["id"]

    def change(name, record, values):
        changes.append(local.ask("PATCH", f"/v1/objects/{name}/records/{record}", {"values": values})["change"])

    foreign = add("deal", {"name": CANARIES["title"], "owner": other, "next_step": CANARIES["value"], "amount": "4200"})
    change("deal", foreign, {"next_step": f"{CANARIES['value']} 2"})
    gone = add("deal", {"name": CANARIES["trash"], "owner": other})
    local.ask("DELETE", f"/v1/objects/deal/records/{gone}")
    own = [add("deal", {"name": f"自己的 {n}", "owner": narrow, "stage": n % 4, "amount": str(n * 100)}) for n in range(4)]
    change("deal", own[0], {"amount": "77", "next_step": "电话"})
    ticket = add("ticket", {"subject": "漏奶", "description": CANARIES["hidden"], "phone": MASKED, "owner": other})
    change("ticket", ticket, {"description": f"{CANARIES['hidden']} 2", "priority": 1})
    add("lead", {"name": CANARIES["lead"], "status": "working", "owner": other, "company": CANARIES["lead"]})
    # What was so when it was not the narrow role's to see: its earlier values stay in the history of what one sees now.
    add("lead", {"name": "新线索", "status": "new", "owner": other})
    contract = add("contract", {"name": CANARIES["contract"], "deal": foreign, "owner": other})
    add("quote", {"name": "报价", "deal": foreign, "owner": other})
    add("order", {"number": "O-1", "contract": contract, "owner": other})
    add("invoice", {"number": CANARIES["team"], "contract": contract, "owner": other})
    others.ask("POST", "/v1/objects/deal/views", {"name": CANARIES["view"], "body": {}, "shared": False})
    add("product", {"name": "奶粉", "price": "328"})
    return records, changes


def happen(source, local):
    """Events of customers whose names and words are canaries; two rules; a merge."""
    number = 0

    def event(kind, who, days, data):
        nonlocal number
        number += 1
        at = (datetime.now(timezone.utc) - timedelta(days=days)).isoformat()
        return {"specversion": "1.0", "id": f"c-{number}", "source": "check", "type": kind, "time": at, "data": {"who": who, **data}}

    def member(name):
        return {"scheme": "member_no", "value": name}

    lines = []
    for n in range(6):
        who = [member(f"C{n}"), {"scheme": "phone", "value": f"1380013800{n}"}]
        lines.append(event("customer.identified", who, 20, {"name": f"{CANARIES['customer']}{n}"}))
        lines += [event("order.placed", who, 2 + k, {"amount": {"value": 800, "currency": "CNY"}}) for k in range(3)]
        lines.append(event("message.received", who, 1, {"channel": "wecom", "text": CANARIES["message"]}))
        lines.append(event("complaint.received", who, 1, {}))
    lines.append(event("order.placed", [member("C0"), member("C9")], 1, {"amount": {"value": 1, "currency": "CNY"}}))
    send(source, lines)
    sentence = "当客户30天内复购两次且客单价>500元,自动升级为钻石会员"
    local.ask("POST", "/v1/rules", {"sentence": sentence, "answers": {"first_purchase": "yes"}, "existing": True})
    local.ask("POST", "/v1/rules", {"sentence": "当客户30天内投诉至少1次,建任务「回访」"})
    # Two customers of before turn out to be one.
    send(source, [event("order.placed", [member("D1")], 3, {}), event("order.placed", [member("D2")], 3, {})])
    send(source, [event("order.placed", [member("D1"), member("D2")], 0, {})])
    # After the rules, so that tasks follow.
    send(source, [event("complaint.received", [member(f"C{n}")], 0, {}) for n in range(4)])


def share(local, record, other):
    """A record of the narrow caller's, shared with another."""
    local.ask("PUT", f"/v1/objects/deal/records/{record}/shares", {"with": other})
    return {"object": "deal", "id": record, "with": other}


def attach(local, record):
    """A file of a record that the narrow caller does not see, with a canary for a name."""
    headers = {"content-type": "application/octet-stream", "x-file-name": f"{CANARIES['file']}.txt"}
    path = f"/v1/objects/deal/records/{record}/attachments"
    answer = local.session.post(local.base + path, data=CANARIES["file"].encode(), headers=headers, timeout=60)
    if answer.status_code != 200:
        raise SystemExit(f"attachments: {answer.status_code} {answer.text[:500]}")
    return {"object": "deal", "id": record, "attachment": answer.json()["id"]}


def messages(local):
    """By customer, an event of theirs that has an original."""
    found = {}
    for each in local.ask("GET", "/v1/customers?limit=200")["items"]:
        items = local.ask("GET", f"/v1/customers/{each['id']}/timeline?limit=100")["items"]
        found.update({each["id"]: item["event"] for item in items if item["originals"] and item["source"] == "check"})
    return found


def send(source, lines):
    body = "\n".join(map(json.dumps, lines)).encode()
    answer = source.session.post(source.base + "/v1/events", data=body, headers={"content-type": "application/x-ndjson"}, timeout=60)
    if answer.status_code != 200 or answer.json()["rejected"]:
        raise SystemExit(f"events: {answer.status_code} {answer.text[:500]}")


def named(local, wide, records, changes, owner, narrow, other, address):
    """Ids that exist, by the noun of the path that takes them."""
    customers = [each["id"] for each in local.ask("GET", "/v1/customers?limit=200")["items"]]
    details = [local.ask("GET", f"/v1/customers/{each}") for each in customers]
    decisions = [each["id"] for name in customers for each in local.ask("GET", f"/v1/customers/{name}/decisions")["items"]]
    three = range(3)  # one to stay, and one for each caller to remove

    def add(path, body, of=lambda made: made["id"], who=local):
        return [of(who.ask("POST", path, body(n))) for n in three]

    roles = add("/v1/roles", lambda n: {"name": f"无人 {n}", "rights": ["rules.read"]})
    provider = {"label": "x", "client_id": "x", "client_secret": "x"}
    condition = {"is": {"field": "amount", "op": "at_least", "value": 5}}
    bulk = wide.ask("POST", "/v1/objects/product/bulk", {"list": {}, "act": "change", "values": {"unit": "罐"}})
    while not bulk["ended"]:
        bulk = wide.ask("GET", f"/v1/jobs/{bulk['id']}")
    return {
        "customers": customers,
        "decisions": decisions,
        "merges": [each["id"] for detail in details for each in detail["merges"]],
        "tasks": [each["id"] for detail in details for each in detail["tasks"]],
        "rules": [each["id"] for each in local.ask("GET", "/v1/rules")["items"]],
        "sources": [each["id"] for each in local.ask("GET", "/v1/events/summary")["sources"]],
        "people": [other["id"], narrow["id"]],
        "members": [owner["id"], narrow["id"], other["id"]],
        "roles": roles,
        "teams": add("/v1/teams", lambda n: {"name": f"华东 {n}", "members": [other["id"]]}),
        "invitations": add("/v1/invitations", lambda n: {"email": f"guest{n}@example.com", "role": roles[0]}, lambda made: made["invitation"]["id"]),
        "api-keys": add("/v1/api-keys", lambda n: {"name": f"x {n}", "role": roles[0]}, lambda made: made["api_key"]["id"]),
        "providers": add("/v1/providers", lambda n: {**provider, "issuer": f"{address}/{n}"}),
        "sessions": [*other["sessions"], *narrow["sessions"], *owner["sessions"]],
        "records": [record for all_of in records.values() for record in all_of],
        "objects": [*records, "price_list"],
        "changes": changes,
        "comments": add(f"/v1/objects/deal/records/{records['deal'][0]}/comments", lambda n: {"text": f"看过了 {n}"}, who=wide),
        "batches": [bulk["batch"]],
        "jobs": [bulk["id"]],
        "views": add("/v1/objects/deal/views", lambda n: {"name": f"共享 {n}", "body": {"filter": condition}, "shared": True}, who=wide),
    }
