"""Serves one stage of Millrace on Kafka. The numbers in comments are sections of docs/reference/wire.md."""

import json
import os
import signal
import socket
import threading
import time
import traceback

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from jsonschema import Draft202012Validator

from wire import PREFIX, dead_letter, event, failed, from_json, misfit, now, read_command, to_json, traceparent_of

INSTANCE = os.environ.get("INSTANCE", socket.gethostname())  # one name a process, the same after a restart
CONCURRENCY = int(os.environ.get("STAGE_CONCURRENCY", "16"))
KAFKA = {"bootstrap.servers": os.environ.get("KAFKA_BROKERS", "127.0.0.1:9092")}
MAX_BYTES = 1_000_000  # of an answer; Kafka's message.max.bytes is 1,048,588


class StageFailure(Exception):
    """Says what went wrong, and whether trying again helps. The message is stored and shown: it holds no payload."""

    def __init__(self, code, message, kind="transient", **more):
        super().__init__(message)
        self.failure = {"code": code, "kind": kind, "message": message[:2000], **more}


class Run:
    """One attempt of a step, as the stage's work sees it."""

    def __init__(self, command, traceparent):
        self.id, self.step, self.command, self.traceparent = command["run"], command["step"], command, traceparent
        self.attempt = command.get("ownAttempt", command["attempt"])
        self.idempotency_key = f"{self.id}.{self.step}"  # the same on every attempt (6)
        self.asked = command.get("asked", command["at"])
        self.started = now()
        self.ends = self.started + min(command["timeoutMs"], command["expires"] - self.started)  # (5)
        self.over = threading.Event()  # set once nobody waits for the answer: after the deadline, or when cancelled
        self.done, self.outcome = threading.Event(), None


class Stage:
    def __init__(self, name, contract, work):
        self.name, self.contract, self.work = name, contract, work
        self.takes, self.gives = Draft202012Validator(contract["input"]), Draft202012Validator(contract["output"])
        self.topic = self.group = f"{PREFIX}stage.{name}"  # (1)
        self.cancelled, self.running, self.stopping = {}, set(), threading.Event()

    def serve(self):
        """Serves until SIGTERM. Whatever goes wrong ends the process: what was not committed is then done by the next one."""
        try:
            self.run()
        except Exception:
            traceback.print_exc()
            os._exit(1)  # no thread of the work keeps the process

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: self.stopping.set())
        if os.environ.get("CREATE_TOPICS", "true") == "true":
            create_topic(self.topic)
        threading.Thread(target=self.follow_cancellations, daemon=True).start()
        # Its transactional id fences the process that had the same name, and aborts what that left open (4).
        transactional_id = f"{PREFIX}{PREFIX}stage.{self.name}.{INSTANCE}"
        self.producer = Producer({**KAFKA, "transactional.id": transactional_id, "partitioner": "murmur2_random"})
        self.producer.init_transactions()
        self.commit([(f"{PREFIX}contracts", self.name, self.contract, {"ce_type": "millrace.contract"})])  # (2)
        self.consumer = Consumer(
            {
                **KAFKA,
                "group.id": self.group,
                "group.instance.id": INSTANCE,
                "isolation.level": "read_committed",
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "session.timeout.ms": 10_000,
                "max.poll.interval.ms": 3_600_000,  # longer than any step's timeoutMs
            }
        )
        self.consumer.subscribe([self.topic])
        while not self.stopping.is_set():
            records = self.consumer.consume(CONCURRENCY, timeout=0.2)
            if failed := next((record.error() for record in records if record.error()), None):
                raise KafkaException(failed)
            if records:
                self.commit(self.answer(records), records)
        self.consumer.close()

    def commit(self, answers, records=()):
        """Answers and offsets are one transaction (4). Where it fails the process ends; the next one does it all again."""
        self.producer.begin_transaction()
        failed = []
        for topic, key, value, headers in answers:
            value = value if value is None or isinstance(value, bytes) else to_json(value).encode()
            told = lambda error, _: failed.append(error) if error else None
            self.producer.produce(topic, value, key, headers=headers, on_delivery=told)
        if records:
            offsets = {record.partition(): record.offset() + 1 for record in records}
            positions = [TopicPartition(self.topic, partition, offset) for partition, offset in offsets.items()]
            self.producer.send_offsets_to_transaction(positions, self.consumer.consumer_group_metadata())
        self.producer.flush()
        if failed:
            raise KafkaException(failed[0])
        self.producer.commit_transaction()

    def answer(self, records):
        """Does the work of several records at once, each in a thread, and returns what answers them."""
        answers, begun = [], []
        for record in records:
            try:
                run = Run(read_command(record.value()), traceparent_of(record))
            except ValueError as error:
                answers.append(dead_letter(record, self.group, str(error)))  # (8)
                continue
            self.running.add(run)
            if run.asked > self.cancelled.get(run.id, -1):  # otherwise nobody waits for an answer (7)
                begun.append(run)
                if run.ends > run.started:
                    threading.Thread(target=self.perform, args=[run], daemon=True).start()
        for run in begun:
            run.done.wait(max(0, run.ends - now()) / 1000)
            if not run.over.is_set():
                answers.append(event(run, run.outcome or failed("STAGE_TIMED_OUT", "The time of the step is over.")))
                run.over.set()
        self.running.clear()
        return answers

    def perform(self, run):
        try:
            run.outcome = self.outcome_of(run)
        except StageFailure as thrown:
            run.outcome = {"type": "step.failed", "failure": thrown.failure}
        except Exception as thrown:  # its message may quote the input
            run.outcome = failed("STAGE_THREW", f"The stage threw {type(thrown).__name__}.")
        run.done.set()

    def outcome_of(self, run):
        given = run.command.get("input")
        if error := next(self.takes.iter_errors(given), None):
            return misfit("STAGE_INPUT_INVALID", "The step’s input", error)
        output = self.work(given, run)
        try:
            text = to_json(output)
            if error := next(self.gives.iter_errors(from_json(text.encode())), None):
                return misfit("STAGE_OUTPUT_INVALID", "What the stage answered", error)
        except (TypeError, ValueError) as error:
            return failed("STAGE_OUTPUT_INVALID", f"What the stage answered cannot be sent: {error}")
        if len(text.encode()) > MAX_BYTES:
            return failed("STAGE_OUTPUT_TOO_LARGE", "What the stage answered is too large.", "permanent")
        return {"type": "step.completed", "output": output}

    def follow_cancellations(self):
        """Reads `control` from its end, in no group (7)."""
        control = Consumer({**KAFKA, "group.id": self.group, "enable.auto.commit": False})
        control.assign([TopicPartition(f"{PREFIX}control", 0, OFFSET_END)])
        while True:
            record = control.poll(1)
            if record is None or record.error():
                continue
            try:
                told = json.loads(record.value())
                if told["type"] == "run.cancelled":
                    self.cancelled[told["run"]] = told["at"]
                    if len(self.cancelled) > 100_000:
                        self.cancelled.pop(next(iter(self.cancelled)))
                    for run in list(self.running):
                        if run.id == told["run"] and run.asked <= told["at"]:
                            run.over.set()
                            run.done.set()
            except (ValueError, TypeError, KeyError):
                continue


def create_topic(name):
    admin = AdminClient(KAFKA)
    try:
        admin.create_topics([NewTopic(name, 4)])[name].result()
    except KafkaException as error:
        if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:
            raise
    while admin.list_topics(name).topics[name].error:
        time.sleep(0.1)
