"""Endpoints that are stages of Millrace, on the standard library alone. docs/how-to/http-stages.md says how they are called."""

import json
import os
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = os.environ.get("ENDPOINT_TOKEN", "change-me")
GOOD = {"thank", "thanks", "great", "good", "love", "perfect", "happy", "excellent"}
BAD = {"bad", "broken", "angry", "terrible", "lost", "never", "awful", "disappointed"}


class Problem(Exception):
    """What went wrong, as RFC 9457 has it. `retryable` says whether the step is tried again."""

    def __init__(self, status, code, detail, retryable=False):
        self.status = status
        self.body = {"status": status, "code": code, "detail": detail, "retryable": retryable}


def sentiment(given):
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise Problem(422, "NO_TEXT", "The input has no text.")
    words = [word.strip(".,!?").lower() for word in given["text"].split()]
    balance = sum(word in GOOD for word in words) - sum(word in BAD for word in words)
    kind = "positive" if balance > 0 else "negative" if balance < 0 else "neutral"
    return {"sentiment": kind, "score": max(-1, min(1, balance / 3))}


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            if self.headers.get("authorization") != f"Bearer {TOKEN}":
                raise Problem(401, "WRONG_TOKEN", "The token is not the one of this endpoint.")
            given = json.loads(body)
            if self.path == "/sentiment":
                self.answer(200, sentiment(given))
            elif self.path == "/sentiment-later":
                # The work takes long: 202 now, and the answer goes to the URL that came along.
                callback = self.headers["millrace-callback"]
                threading.Thread(target=call_back, args=[callback, given]).start()
                self.answer(202, {})
            else:
                raise Problem(404, "UNKNOWN_PATH", "There is no such endpoint.")
        except Problem as problem:
            self.answer(problem.status, problem.body, "application/problem+json")

    def answer(self, status, value, kind="application/json"):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def call_back(url, given):
    try:
        kind, value = "application/json", sentiment(given)
    except Problem as problem:
        kind, value = "application/problem+json", problem.body
    request = urllib.request.Request(url, json.dumps(value).encode(), {"content-type": kind})
    # An answer that is lost leaves its step waiting, so it is sent until it has arrived, or is of no use any more.
    for wait in [0, 1, 2, 4, 8, 16, 32]:
        time.sleep(wait)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                answer.read()
                return
        except urllib.error.HTTPError as refused:
            if refused.code < 500 and refused.code != 429:
                return
        except OSError:
            pass


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "9000"))
    ThreadingHTTPServer.request_queue_size = 128
    ThreadingHTTPServer(("127.0.0.1", port), Endpoint).serve_forever()
