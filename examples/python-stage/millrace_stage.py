"""Serves one stage of Millrace on Kafka. The numbers in comments are sections of docs/reference/wire.md."""

import os
import signal
import socket
import threading
import time
import traceback

from confluent_kafka import OFFSET_END, Consumer, KafkaException, Producer, TopicPartition
from jsonschema import Draft202012Validator

from wire import PREFIX, dead_letter, event, failed, from_json, misfit, now, read_command, to_json

INSTANCE = os.environ.get("INSTANCE", socket.gethostname())  # one name a process, the same after a restart
CONCURRENCY = int(os.environ.get("STAGE_CONCURRENCY", "16"))
KAFKA = {"bootstrap.servers": os.environ.get("KAFKA_BROKERS", "127.0.0.1:9092")}
MAX_BYTES = 1_000_000  # of an answer; Kafka's message.max.bytes is 1,048,588


class StageFailure(Exception):
    """Says what went wrong, and whether trying again helps. The message is stored and shown: it holds no payload."""

    def __init__(self, code, message, kind="transient", **more):
        super().__init__(message)
        self.outcome = failed(code, message, kind, **more)


class Run:
    """One attempt of a step, as the stage's work sees it."""

    def __init__(self, record, cancelled):
        self.command, self.cancelled, self.started = read_command(record), cancelled, now()
        self.traceparent = dict(record.headers() or []).get("traceparent", b"").decode("ascii", "ignore")
        self.idempotency_key = f"{self.command['run']}.{self.command['step']}"  # the same on every attempt (6)
        self.ends = min(self.started + self.command["timeoutMs"], self.command["expires"])  # (5)
        self.done, self.outcome = threading.Event(), failed("STAGE_TIMED_OUT", "The time of the step is over.")

    def is_cancelled(self):  # (7)
        return self.command.get("asked", self.command["at"]) <= self.cancelled.get(self.command["run"], -1)

    def is_over(self):
        """Says that nobody waits for the answer any more: work that takes long asks now and then, and stops."""
        return now() >= self.ends or self.is_cancelled()


class Stage:
    def __init__(self, name, contract, work):
        self.name, self.contract, self.work, self.cancelled = name, contract, work, {}
        self.takes, self.gives = Draft202012Validator(contract["input"]), Draft202012Validator(contract["output"])
        self.topic = self.group = f"{PREFIX}stage.{name}"  # (1)

    def serve(self):
        """Serves until SIGTERM. Whatever goes wrong ends the process: what was not committed is then done by the next one."""
        stopping = threading.Event()
        signal.signal(signal.SIGTERM, lambda *_: stopping.set())
        try:
            self.consume(stopping)
        except Exception:
            traceback.print_exc()
            os._exit(1)  # no thread of the work keeps the process

    def consume(self, stopping):
        # Its transactional id fences the process that had the same name, and aborts what that left open (4).
        transactional_id = f"{PREFIX}{self.topic}.{INSTANCE}"
        self.producer = Producer({**KAFKA, "transactional.id": transactional_id, "partitioner": "murmur2_random"})
        self.producer.init_transactions()
        self.commit([(f"{PREFIX}contracts", self.name, to_json(self.contract), {"ce_type": "millrace.contract"})])  # (2)
        while not stopping.is_set() and self.producer.list_topics(self.topic).topics[self.topic].error:
            time.sleep(0.5)  # until the coordinator has created the topic for a plan that asks this stage
        threading.Thread(target=self.follow_cancellations, daemon=True).start()
        # The interval between polls is longer than the timeoutMs of any step (5).
        group = {"group.id": self.group, "group.instance.id": INSTANCE, "max.poll.interval.ms": 3_600_000}
        reads = {"isolation.level": "read_committed", "auto.offset.reset": "earliest", "enable.auto.commit": False}
        self.consumer = Consumer({**KAFKA, **group, **reads, "session.timeout.ms": 10_000})
        self.consumer.subscribe([self.topic])
        while not stopping.is_set():
            records = self.consumer.consume(CONCURRENCY, timeout=0.2)
            if error := next((record.error() for record in records if record.error()), None):
                raise KafkaException(error)
            if records:
                self.commit(self.answer(records), records)
        self.consumer.close()

    def commit(self, answers, records=()):
        """Answers and offsets are one transaction (4). Where it fails the process ends; the next one does it all again."""
        self.producer.begin_transaction()
        for topic, key, value, headers in answers:
            self.producer.produce(topic, value, key, headers=headers)
        if records:
            offsets = {record.partition(): record.offset() + 1 for record in records}
            positions = [TopicPartition(self.topic, partition, offset) for partition, offset in offsets.items()]
            self.producer.send_offsets_to_transaction(positions, self.consumer.consumer_group_metadata())
        self.producer.commit_transaction()  # fails, too, where a record was not written

    def answer(self, records):
        """Does the work of several records at once, each in a thread, and returns what answers them."""
        answers, runs = [], []
        for record in records:
            try:
                runs.append(Run(record, self.cancelled))
            except ValueError as error:
                answers.append(dead_letter(record, self.group, str(error)))  # (8)
        for run in runs:
            if not run.is_over():
                threading.Thread(target=self.perform, args=[run], daemon=True).start()
        for run in runs:
            while not run.is_over() and not run.done.wait(0.05):
                pass
        return answers + [event(run) for run in runs if not run.is_cancelled()]

    def perform(self, run):
        try:
            outcome = self.outcome_of(run)
        except StageFailure as thrown:
            outcome = thrown.outcome
        except Exception as thrown:  # its message may quote the input
            outcome = failed("STAGE_THREW", f"The stage threw {type(thrown).__name__}.")
        if not run.is_over():
            run.outcome = outcome
            run.done.set()

    def outcome_of(self, run):
        given = run.command.get("input")
        if error := next(self.takes.iter_errors(given), None):
            return misfit("STAGE_INPUT_INVALID", "permanent", error)
        output = self.work(given, run)
        try:
            text = to_json(output)
            if error := next(self.gives.iter_errors(from_json(text)), None):
                return misfit("STAGE_OUTPUT_INVALID", "transient", error)  # another attempt may answer otherwise
        except (TypeError, ValueError) as error:
            return failed("STAGE_OUTPUT_INVALID", f"The stage’s output cannot be sent: {type(error).__name__}.")
        if len(text) > MAX_BYTES:
            return failed("STAGE_OUTPUT_TOO_LARGE", "The stage’s output is too large.", "permanent")
        return {"type": "step.completed", "output": output}

    def follow_cancellations(self):
        """Reads `control` from its end, in no group (7)."""
        control = Consumer({**KAFKA, "group.id": self.group, "enable.auto.commit": False})
        control.assign([TopicPartition(f"{PREFIX}control", 0, OFFSET_END)])
        while True:
            record = control.poll(1)
            try:
                told = from_json(record.value()) if record and not record.error() else {}
                if told.get("type") == "run.cancelled":
                    self.cancelled[told["run"]] = told["at"] + 0
                if len(self.cancelled) > 100_000:
                    self.cancelled.pop(next(iter(self.cancelled)))
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # anybody may write to a topic
