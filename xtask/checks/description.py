"""The API's description with what a company has: ids and names that exist, where the description says no more than `string`.

Without them nearly everything that is tried would be answered 404. Other strings are still tried, by the phases that break rules.
"""

import copy
import json

import examples

# Not asked at all, and why.
LEFT_OUT = {
    "watch_commits": "it goes on for ever",
    "sign_out": "it would end the session that everything else is asked with",
    "clear_demo": "it removes the company and starts the server anew",
}
# The noun whose ids a parameter or member takes, where its path's own noun is another.
PARAMETERS = {"with": "members", "person": "members", "rule": "rules", "actor": "members", "subject": "members"}
MEMBERS = {"role": "roles", "parent": "teams", "with": "members", "provider": "providers", "event": "events"}
HERE = "#/components/schemas/"
# How many of what there is are tried one by one, before others are drawn by lot.
FIRST = 12
FIELDS = {"field", "by", "sum"}


def told(description: dict, company: dict, wide: bool) -> dict:
    """A copy that names what is there. The narrow caller is asked what is left out, too: they may do none of it."""
    told_of = copy.deepcopy(description)
    taken = examples.bodies(company)
    for path, item in told_of["paths"].items():
        for method, operation in list(item.items()):
            name = operation["operationId"]
            if name == "watch_commits" or (wide or name == "sign_out") and name in LEFT_OUT:
                del item[method]
                continue
            known = {each["name"]: ids(company, path, each["name"]) for each in operation.get("parameters", [])}
            if method == "delete" and known.get("id"):
                # One for each caller: the others are still there when they are asked for.
                known["id"] = known["id"][-1:] if wide else known["id"][-2:-1]
            if name == "erase_customer":
                known["id"] = known["id"][-1:]  # nobody that anything else needs
            paired(company, known, name)
            for parameter in operation.get("parameters", []):
                name_known(parameter, known[parameter["name"]])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                for number, body in enumerate(taken.get(name, [])):
                    text = content["schema"].get("type")
                    shaped = json.dumps(body) if text == "string" else [body] if text == "array" and isinstance(body, dict) else body
                    content.setdefault("examples", {})[str(number)] = {"value": shaped}
    told_of["paths"] = {path: item for path, item in told_of["paths"].items() if item}
    asked(told_of, company)
    return told_of


def asked(description, company):
    """Bodies that are sent have schemas of their own: what is answered is held against the description as it stands."""
    schemas = description["components"]["schemas"]
    copies = {f"Asked{name}": of_its_own(schema) for name, schema in schemas.items()}
    members(list(copies.values()), company)
    schemas.update(copies)
    for item in description["paths"].values():
        for operation in item.values():
            if "requestBody" in operation:
                operation["requestBody"] = of_its_own(operation["requestBody"])


def of_its_own(schema):
    return json.loads(json.dumps(schema).replace(HERE, f"{HERE}Asked"))


def name_known(parameter, known):
    """A parameter takes what there is: all of it, each in turn."""
    if known:
        parameter["schema"] = {"type": "string", "enum": list(dict.fromkeys(known))}
        parameter["examples"] = {str(number): {"value": value} for number, value in enumerate(known[:FIRST])}


def paired(company, known, operation):
    """Where a record and its object are asked for, or a list and all its ways, they stand side by side."""
    object_of = company["object_of"]
    if "object" not in known:
        return
    if set(known.get("id") or ["none"]) <= set(object_of):
        known["object"] = [object_of[each] for each in known["id"]]
    elif operation in {"list_records", "count_records"}:
        known["object"] = ["deal", "deal", *known["object"]]
    if operation == "unshare_record":
        known.update({name: [value] for name, value in company["shared"].items()})
    if "attachment" in known:
        known.update({name: [value] for name, value in company["attached"].items()})
    if operation in {"change_field", "preview_conversion"}:
        known.update({"object": ["deal"], "field": ["next_step", "amount"]})
    if operation == "list_tags":
        known.update({"object": ["product"], "field": ["marks"]})


def ids(company, path, name):
    """What is known to be there for a parameter, if anything."""
    nouns = path.split("/")
    known = company["ids"]
    if name == "object":
        return known["objects"]
    if name == "field":
        return company["fields"]
    if name == "attachment":
        return [company["attached"]["attachment"]]
    if name == "x-file-name":
        return ["%E5%90%88%E5%90%8C.txt", "note.txt"]
    if name == "call":
        return ["track"]
    if name == "q":
        return ["C1", "自己", "zj", "4200", "报价"]
    if name in PARAMETERS:
        return known[PARAMETERS[name]]
    if name != "id":
        return None
    if nouns[2] == "objects":
        return known["views" if nouns[4] == "views" else "records"]
    return known.get(nouns[2])


def members(schema, company):
    """Members that name a field, a role or the like get the names that there are."""
    if isinstance(schema, list):
        for each in schema:
            members(each, company)
    if not isinstance(schema, dict):
        return
    for name, member in (schema.get("properties") or {}).items():
        if not isinstance(member, dict):
            continue
        known = company["fields"] if name in FIELDS else company["ids"].get(MEMBERS.get(name, ""))
        if known and "string" in str(member.get("type", "")):
            member["enum"] = [*known, None] if isinstance(member["type"], list) else known
        if name == "object" and member.get("type") == "string":
            member["enum"] = company["ids"]["objects"]
        if name == "values":
            member["properties"] = {field: {} for field in company["fields"]}
    for each in schema.values():
        members(each, company)
