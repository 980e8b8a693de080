"""The records of a stage, as docs/reference/wire.md has them; the numbers in comments are its sections."""

import json
import os
import re
import time
from datetime import datetime, timezone
from hashlib import sha256

PREFIX = os.environ.get("TOPIC_PREFIX", "millrace.")
COMMAND = {"run": str, "plan": str, "step": str, "attempt": int, "at": int, "timeoutMs": int, "expires": int}


def event(run, outcome):
    """The record on `runs` that says how an attempt ended (3)."""
    common = {"run": run.id, "step": run.step, "attempt": run.command["attempt"], "at": now(), "startedAt": run.started}
    headers = {"ce_type": "millrace.run.events", "ce_id": f"{run.id}/{run.step}/{run.command['attempt']}"}
    if run.traceparent:
        common["trace"] = headers["traceparent"] = run.traceparent
    return f"{PREFIX}runs", run.id, [{**outcome, **common}], headers


def failed(code, message, kind="transient", **more):
    return {"type": "step.failed", "failure": {"code": code, "kind": kind, "message": message[:2000], **more}}


def misfit(code, subject, error):
    """A failure that names the place and the rule, and no value."""
    pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)
    details = [{"pointer": pointer[:1000], "detail": f"does not fit `{error.validator}`"}]
    kind = "permanent" if code == "STAGE_INPUT_INVALID" else "transient"  # another attempt may answer otherwise
    return failed(code, f"{subject} does not fit the contract at {pointer or '/'}.", kind, details=details)


def read_command(value):
    """Returns a command; raises a ValueError where the record is none."""
    command = from_json(value or b"")
    if not isinstance(command, dict):
        raise ValueError("it is no object")
    for name, kind in COMMAND.items():
        if not isinstance(command.get(name), kind) or isinstance(command[name], bool):
            raise ValueError(f"`{name}` is missing, or of another type")
    if not re.fullmatch("run_[0-9a-z]{26}", command["run"]) or command["timeoutMs"] < 1 or command["attempt"] < 1:
        raise ValueError("its run, timeoutMs or attempt is out of range")
    return command


def from_json(text):
    """Reads what every part of Millrace can keep (3); raises a ValueError for everything else."""
    value = json.loads(text.decode("utf-8-sig"), parse_int=whole, parse_constant=refuse)
    check(value, 0)
    return value


def check(value, depth):
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value)):
        raise ValueError("a text holds a NUL or half of a surrogate pair")
    if isinstance(value, (dict, list)) and depth == 120:
        raise ValueError("it is nested too deep")
    for part in [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else []:
        check(part, depth + 1)


def whole(digits):
    if len(digits) > 300 or int(float(digits)) != int(digits):
        raise ValueError("a number has more digits than a double holds")
    return int(digits)


def refuse(constant):
    raise ValueError(f"{constant} is no number of JSON")


def dead_letter(record, group, reason):
    """A record that nobody can read, as it came, with why it is here (8)."""
    place = [record.topic(), str(record.partition()), str(record.offset()), str(record.timestamp()[1])]
    number = int.from_bytes(sha256(to_json(["dl", *place]).encode()).digest()) >> (256 - 130)
    letter_id = "dl_" + "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> (5 * at) & 31] for at in reversed(range(26)))
    origin = dict(zip(["topic", "partition", "offset"], place), timestamp=iso(record.timestamp()[1]), group=group)
    why = {"kind": "permanent", "code": "INVALID_RECORD", "message": f"The record is not a step’s command: {reason}."[:2000]}
    headers = [header for header in record.headers() or [] if not header[0].startswith("millrace-")]
    headers += [("millrace-dead-letter", letter_id), ("millrace-failed-at", iso(now()))]
    headers += [(f"millrace-origin-{name}", value) for name, value in origin.items()]
    headers += [(f"millrace-failure-{name}", value) for name, value in why.items()]
    return f"{PREFIX}dead-letters", record.key(), record.value(), headers


def traceparent_of(record):
    return dict(record.headers() or []).get("traceparent", b"").decode("ascii", "ignore")


def to_json(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def iso(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now():
    return int(time.time() * 1000)
