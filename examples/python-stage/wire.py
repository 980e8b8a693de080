"""The records of a stage, as docs/reference/wire.md has them; the numbers in comments are its sections."""

import json
import os
import time
from datetime import datetime, timezone
from hashlib import sha256

from jsonschema import Draft202012Validator

PREFIX = os.environ.get("TOPIC_PREFIX", "millrace.")
WHOLE = {"type": "integer", "minimum": 1}
COMMAND = Draft202012Validator({
    "type": "object",
    "properties": {"run": {"type": "string", "pattern": "^run_[0-9a-z]{26}$", "maxLength": 30}, "plan": {"type": "string"},
                   "step": {"type": "string"}, "attempt": WHOLE, "at": WHOLE, "timeoutMs": WHOLE, "expires": WHOLE},
    "required": ["run", "plan", "step", "attempt", "at", "timeoutMs", "expires"],
})  # fmt: skip


def read_command(record):
    """Returns a command; raises a ValueError where the record is none."""
    command = from_json(record.value() or b"", depth=120)
    if error := next(COMMAND.iter_errors(command), None):
        raise ValueError(f"it does not fit the schema of a command at {pointer_of(error)}")
    return command


def from_json(text, depth=100):
    """Reads what every part of Millrace can keep (3); raises a ValueError for everything else."""
    value = json.loads(text.decode("utf-8-sig"), parse_int=whole, parse_constant=whole)
    check(value, depth)
    return value


def check(value, depth):
    if isinstance(value, str) and "\0" in value.encode().decode():  # half of a surrogate pair cannot be encoded
        raise ValueError("a text holds a NUL")
    if isinstance(value, (dict, list)):
        if depth == 0 or "__proto__" in value and isinstance(value, dict):
            raise ValueError("it is nested too deep, or has the key __proto__")
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            check(part, depth - 1)


def whole(digits):
    if not digits.lstrip("-").isdigit() or len(digits) > 300 or int(float(digits)) != int(digits):
        raise ValueError("a number is none of JSON, or has more digits than a double holds")
    return int(digits)


def to_json(value):
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def event(run):
    """The record on `runs` that says how an attempt ended (3)."""
    names = {name: run.command[name] for name in ("run", "step", "attempt")}
    headers = {"ce_type": "millrace.run.events", "ce_id": "/".join(map(str, names.values()))}
    headers |= {"traceparent": run.traceparent} if run.traceparent else {}
    trace = {"trace": run.traceparent} if run.traceparent else {}
    value = [{**run.outcome, **names, **trace, "at": now(), "startedAt": run.started}]
    return f"{PREFIX}runs", names["run"], to_json(value), headers


def failed(code, message, kind="transient", **more):
    return {"type": "step.failed", "failure": {"code": code, "kind": kind, "message": message[:2000], **more}}


def misfit(code, kind, error):
    """A failure that names the place and the rule, and no value."""
    pointer = pointer_of(error)
    details = [{"pointer": pointer[:1000], "detail": f"does not fit `{error.validator}`"}]
    return failed(code, f"It does not fit the contract at {pointer or '/'}.", kind, details=details)


def pointer_of(error):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in error.absolute_path)


def dead_letter(record, group, reason):
    """A record that nobody can read, as it came, with why it is here (8)."""
    ms = record.timestamp()[1]
    place = [record.topic(), str(record.partition()), str(record.offset())]
    number = int.from_bytes(sha256(to_json(["dl", *place, str(ms)])).digest()) >> (256 - 130)
    letter_id = "dl_" + "".join("0123456789abcdefghjkmnpqrstvwxyz"[number >> (5 * at) & 31] for at in reversed(range(26)))
    added = {"dead-letter": letter_id, "failed-at": iso(now()), "failure-kind": "permanent", "failure-code": "INVALID_RECORD",
             "failure-message": f"The record is not a step’s command: {reason}."[:2000], "origin-group": group,
             "origin-timestamp": iso(ms), **{f"origin-{name}": value for name, value in zip(["topic", "partition", "offset"], place)}}  # fmt: skip
    kept = [header for header in record.headers() or [] if not header[0].startswith("millrace-")]
    headers = kept + [(f"millrace-{name}", value) for name, value in added.items()]
    return f"{PREFIX}dead-letters", record.key(), record.value(), headers


def iso(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now():
    return int(time.time() * 1000)
