"""Asks the whole API, as it is described, for what it should take and for what it should not, as two people of different rights.

`api.py --data FOLDER --description FILE --out FOLDER [--full]`: FOLDER is the data of a running server that has nobody yet, or the
demo company. Prints what was asked and how it was answered, and ends with `N passed, N failed`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import company
import description

HERE = Path(__file__).parent
SEED = 20260601
CHECKS = [
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "nothing_foreign",
    "refused_as_all_are",
]
# How much is tried of each operation, in which ways.
QUICK = ["--phases", "examples,fuzzing", "--max-examples", "8"]
FULL = ["--phases", "examples,fuzzing", "--max-examples", "40"]
# Where the narrow caller must have seen what is theirs: otherwise it says nothing that they saw no more.
NARROW = {"list_records", "count_records", "get_board", "get_record", "list_changes", "list_views", "search", "list_objects", "list_rules", "change_record"}
# What the wide caller cannot be answered with success for, and why.
NEVER = {
    "set_up": "there are people already",
    "sign_in": "it wants a password that nothing here guesses",
    "sign_in_with_code": "it wants a code",
    "sign_in_with_passkey": "it wants a passkey's signature",
    "sign_in_with_provider": "it wants a code of a provider",
    "reset_second_factor": "nobody has one",
    "add_passkey": "it wants a passkey's signature",
    "remove_passkey": "nobody has one",
    "confirm_authenticator": "it wants a code",
    "remove_authenticator": "it wants a password that nothing here guesses",
    "renew_recovery_codes": "it wants a password that nothing here guesses",
    "change_password": "it wants a password that nothing here guesses",
    "join": "it wants an invitation's token",
    "read_invitation": "it wants an invitation's token",
    "test_mail": "no mail server answers",
    "put_original": "it wants the bytes of a digest",
}


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--data", type=Path, required=True)
    words.add_argument("--description", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--full", action="store_true")
    asked = words.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    made = company.make(asked.data)
    api = json.loads(asked.description.read_text())
    # The narrow one first: what the wide one changes must not make it pass.
    runs = {who: run(who, made, api, asked) for who in ("narrow", "wide")}
    faults = [fault for who, (code, told) in runs.items() for fault in judged(who, code, told, made, api)]
    for fault in faults:
        print(f"api: {fault}")
    operations = sum(len(told["answered"]) for _, told in runs.values())
    print(f"{operations - min(operations, len(faults))} passed, {len(faults)} failed")
    return 1 if faults else 0


def run(who, made, api, asked):
    """Runs Schemathesis as a caller: its exit code, and what was asked."""
    check = asked.out / f"{who}.json"
    check.write_text(json.dumps({**made, "who": who}))
    told = asked.out / f"{who}.openapi.json"
    told.write_text(json.dumps(description.told(api, made, who == "wide")))
    command = [sys.executable, "-B", "-m", "schemathesis.cli", "run", str(told), "--url", made["base"], "--no-color"]
    command += ["-H", f"Cookie: {made['callers'][who]['cookie']}", "-H", "x-jingwei: 1", "-H", f"Origin: {company.ADDRESS}"]
    command += ["--checks", ",".join(CHECKS), "--seed", str(SEED), "--generation-database", "none"]
    command += ["--continue-on-failure", "--suppress-health-check", "all", "--warnings", "off", "--request-timeout", "60"]
    command += FULL if asked.full else QUICK
    start = time.monotonic()
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "JINGWEI_CHECK": str(check)}
    code = subprocess.run(command, env=environment, cwd=asked.out, check=False).returncode
    left = json.loads(check.with_suffix(".done.json").read_text())
    requests = sum(count for counts in left["answered"].values() for count in counts.values())
    print(f"api: as the {who} caller {requests} requests of {len(left['answered'])} operations in {time.monotonic() - start:.0f} s")
    return code, left


def judged(who, code, told, made, api):
    """What is wrong with a run: what it found, and what it could not have found."""
    if code != 0:
        yield f"as the {who} caller: see above"
    names = {each["operationId"] for item in api["paths"].values() for each in item.values()}
    unasked = names - set(told["answered"]) - set(description.LEFT_OUT)
    if unasked:
        yield f"not asked as the {who} caller: {sorted(unasked)}"
    reached = {name for name, counts in told["answered"].items() if any(status.startswith("2") for status in counts)}
    if who == "narrow":
        if NARROW - reached:
            yield f"the narrow caller was never answered with success: {sorted(NARROW - reached)}"
        return
    unseen = [canary for canary in made["canaries"] if not told["seen"].get(canary) and canary not in made["private"]]
    if unseen:
        yield f"the wide caller never saw {unseen}: that the narrow one does not says nothing"
    for name in sorted(set(told["answered"]) - reached - set(NEVER)):
        yield f"{name} was never answered with success, but so: {told['refusals'].get(name)}"


if __name__ == "__main__":
    sys.exit(main())
