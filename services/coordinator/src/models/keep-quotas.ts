import { causeOf, type Consumption, type Incoming, type OrderedSource, type Outgoing } from '@millrace/broker';
import {
  detailsOf,
  eventRecord,
  failure,
  type Failure,
  jsonFailure,
  type ModelCallEvent,
  ModelCallEvents,
  modelCallRecord,
  modelGrantsRecord,
  modelLedgerRecord,
  readJson,
  unreadable,
} from '@millrace/contracts';
import { startTimer, type Timer } from '@millrace/contracts/timers';
import { followModelLedger, followModels, type ModelSettings, parkingOf, type Runtime } from '@millrace/runtime';
import { type Decided, Keeper } from './keeper.js';

const BATCH = 2_000;
const GRANTS_OF_A_RECORD = 1_000;

/** The calls of models that all processes make, in one order: one coordinator at a time decides whose turn it is. */
export async function keepQuotas(
  runtime: Runtime,
  clock: () => number = steadyClock(),
): Promise<{ readonly consumption: Consumption; drain(ms: number): Promise<void> }> {
  const { broker, topics, groups, telemetry } = runtime;
  const settings = await followModels(runtime);
  const wake = new Alarm(() => {
    broker.publish([modelCallRecord(topics, [{ type: 'keeper.woken' }])]).catch((error: unknown) => {
      telemetry.log.debug({ topic: topics.modelCalls, ...causeOf(error) }, 'Calls of models wait a moment longer.');
      wake.by(1_000);
    });
  });
  const keeping = new Keeping(runtime, { settings, wake, clock });
  settings.onChange(() => keeping.configured());
  const group = groups.modelCalls;
  const source: OrderedSource = {
    topic: topics.modelCalls,
    group,
    maxBatch: BATCH,
    opened: () => keeping.open(),
    parking: parkingOf(runtime, { group }),
    take: ({ records }) => Promise.resolve(keeping.take(records, group)),
  };
  const consumption = await broker.consumeInOrder(source);
  return {
    consumption,
    async drain(ms) {
      wake.stop();
      await consumption.drain(ms);
      await settings[Symbol.asyncDispose]();
    },
  };
}

/** Milliseconds since the epoch, by a clock that nobody sets while the process runs. */
function steadyClock(): () => number {
  const origin = Date.now() - performance.now();
  return () => Math.round(origin + performance.now());
}

/** Keeps quotas as long as this process owns their partition; what it knows, it has from the ledger. */
class Keeping {
  private keeper: Keeper | undefined;
  private isConfigured = false;

  constructor(
    private readonly runtime: Runtime,
    private readonly options: { readonly settings: ModelSettings; readonly wake: Alarm; readonly clock: () => number },
  ) {}

  /** After a takeover and after a commit that failed: what is not in the ledger did not happen. */
  async open(): Promise<undefined> {
    await using ledger = await followModelLedger(this.runtime);
    this.keeper = new Keeper(ledger.entries(), this.options.clock());
    this.isConfigured = false;
    this.options.wake.by(0);
  }

  /** Wakes the keeper of this process, where it has one. */
  configured(): void {
    this.isConfigured = false;
    if (this.keeper) this.options.wake.by(0);
  }

  take(records: readonly Incoming[], group: string): readonly Outgoing[] {
    const { clock, settings, wake } = this.options;
    const keeper = (this.keeper ??= new Keeper([], clock()));
    if (!this.isConfigured) {
      const [quotas, budgets, prices] = [settings.quotas(), settings.budgets(), settings.prices()];
      keeper.configure({ quotas, budgets, prices }, clock());
      this.isConfigured = true;
    }
    const letters: Outgoing[] = [];
    for (const record of records) {
      const read = readEvents(record.value);
      if ('failure' in read) letters.push(this.letter(record, { group, failure: read.failure }));
      else for (const event of read.events) keeper.take(event, clock());
    }
    const decided = keeper.decide(clock());
    if (decided.wakeInMs !== undefined) wake.by(decided.wakeInMs);
    return [...letters, ...this.answer(decided)];
  }

  private answer({ grants, changed, recalls }: Decided): readonly Outgoing[] {
    const { topics } = this.runtime;
    const records: Outgoing[] = [...changed].map(([key, entry]) => modelLedgerRecord(topics, key, entry));
    const at = this.options.clock();
    for (const recall of recalls) records.push(eventRecord(topics, { type: 'step.recalled', ...recall, at }));
    for (let first = 0; first < grants.length; first += GRANTS_OF_A_RECORD)
      records.push(modelGrantsRecord(topics, grants.slice(first, first + GRANTS_OF_A_RECORD)));
    return records;
  }

  private letter(record: Incoming, { group, failure }: { group: string; failure: Failure }): Outgoing {
    const { broker, topics, telemetry } = this.runtime;
    telemetry.meters.parked.add(1, { topic: record.topic, code: failure.code });
    const letter = { group, failure, at: this.options.clock(), maxBytes: broker.maxRecordBytes };
    return { topic: topics.deadLetters, ...unreadable(record, letter) };
  }
}

function readEvents(value: Buffer | null): { events: readonly ModelCallEvent[] } | { failure: Failure } {
  const { value: json, fault } = readJson(value ?? '');
  if (fault) return { failure: jsonFailure(fault) };
  const { data, error } = ModelCallEvents.safeParse(json);
  if (data) return { events: data };
  return {
    failure: failure('INVALID_RECORD', 'The record tells of no call of a model.', { details: detailsOf(error) }),
  };
}

/** Rings once, at the earliest of the times that were asked for. */
class Alarm {
  private timer: Timer | undefined;
  private at = Infinity;
  private isOver = false;

  constructor(private readonly ring: () => void) {}

  by(ms: number): void {
    const at = performance.now() + ms;
    if (this.isOver || at >= this.at) return;
    this.timer?.stop();
    this.at = at;
    this.timer = startTimer(ms, () => {
      this.at = Infinity;
      this.ring();
    }).unref();
  }

  stop(): void {
    this.isOver = true;
    this.timer?.stop();
  }
}
