import { causeOf, type Tail } from '@millrace/broker';
import {
  BoundedMap,
  type MeteredCall,
  type ModelAnswer,
  type ModelCall,
  type ModelCallEvent,
  modelCallRecord,
  type ModelGrant,
  ModelGrants,
  randomId,
  readJson,
} from '@millrace/contracts';
import { startInterval, type Timer } from '@millrace/contracts/timers';
import { followModels, type ModelSettings, type Runtime } from '@millrace/runtime';
import { StepStreams } from '../streams/step-streams.js';
import { exhaustedMs } from './rate-limits.js';
import { KeptAnswers } from './kept-answers.js';
import { type CallOutcome, outcomeOf } from './outcomes.js';
import { refusalOf } from './refusals.js';
import { isLimited, meteredCall, usedIn, waitOf } from './metered.js';
import type { ModelWait } from '../work/attempt.js';

interface CallContext {
  /** The time that the call may take at most. */
  readonly timeoutMs: number;
  /** Called when the call begins to wait; what it returns ends the wait. */
  readonly wait: () => () => void;
  /** Returns true once the call has left for the provider. */
  readonly isSent: () => boolean;
  /** Lets the step of the call leave its stage until the model may be called. Returns false where it cannot. */
  readonly defer: (wait: ModelWait) => boolean;
  /** Returns true once the step has left its stage. */
  readonly isDeferred: () => boolean;
}

/** A wait that takes longer is not waited for with the step in hand. */
const LONG_MS = 10_000;

type Next = () => Promise<ModelAnswer>;

interface Pending {
  readonly call: MeteredCall;
  readonly since: number;
  /** The last word of the keeper about the wait. */
  waits?: Extract<ModelGrant, { is: 'waits' }>;
  /** Lets the step of the call leave its stage. */
  readonly defer: (wait: ModelWait) => void;
  readonly granted: (grant: Extract<ModelGrant, { is: 'granted' | 'refused' }>) => void;
}

const NOT_MADE: CallOutcome = { outcome: 'withdrawn' };

/** The interval at which a process says which calls it has in hand. */
const ALIVE_MS = 3_000;

/**
 * Asks for the turns of this process's calls of models. Nothing is opened before the first call, and a call that no quota and no budget
 * is for does not ask.
 */
export class ModelCalls implements AsyncDisposable {
  private readonly process = randomId('proc');
  /** Keeps the answers to calls of steps. */
  readonly answers: KeptAnswers;
  /** Shows what steps write. */
  readonly streams: StepStreams;
  private readonly waiting = new Map<string, Pending>();
  private readonly running = new Set<string>();
  private readonly warned = new BoundedMap<true>(1_000);
  private opened: Promise<{ settings: ModelSettings; tail: Tail }> | undefined;
  private telling: Timer | undefined;

  constructor(private readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'telemetry'>) {
    this.streams = new StepStreams(runtime);
    const onUnknown = (call: ModelCall, process: string) => this.tellUnknown(call, process);
    this.answers = new KeptAnswers({ runtime, process: this.process, onUnknown });
  }

  /** Makes a call when it is its turn. One that the provider rejects for its quota waits again: that is no attempt of its step. */
  async call(asked: ModelCall, next: Next, context: CallContext): Promise<ModelAnswer> {
    const { settings } = await this.open();
    const call = meteredCall(asked, context.timeoutMs);
    if (!isLimited(settings, call)) return this.unasked(call, next, context);
    for (;;) {
      await this.turn(call, asked.signal, context);
      const answer = await this.make(call, next, context);
      if (answer) return answer;
      asked.signal.throwIfAborted();
    }
  }

  /** Returns true where a quota or a budget is for the call. */
  async isLimited(asked: ModelCall): Promise<boolean> {
    const { settings } = await this.open();
    return isLimited(settings, meteredCall(asked, 0));
  }

  /** Tells that a process, which has died or lost the work, may have made the call. */
  private tellUnknown(asked: ModelCall, process: string): void {
    this.tell([{ type: 'call.ended', process, call: meteredCall(asked, 0), outcome: 'unknown', unasked: true }]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.telling?.stop();
    await this.answers[Symbol.asyncDispose]();
    await this.streams[Symbol.asyncDispose]();
    const { settings, tail } = (await this.opened?.catch(() => undefined)) ?? {};
    await tail?.[Symbol.asyncDispose]();
    await settings?.[Symbol.asyncDispose]();
  }

  private open(): Promise<{ settings: ModelSettings; tail: Tail }> {
    this.opened ??= (async () => {
      const { broker, topics } = this.runtime;
      const settings = await followModels(this.runtime);
      const tail = await broker.tail([topics.modelGrants], 'end', ({ value }) => {
        for (const grant of ModelGrants.safeParse(readJson(value ?? '').value).data ?? []) this.hear(grant);
      });
      await tail.caughtUp;
      this.telling = startInterval(ALIVE_MS, () => {
        this.deferOld();
        this.tellAlive();
      }).unref();
      return { settings, tail };
    })();
    this.opened.catch(() => (this.opened = undefined));
    return this.opened;
  }

  /** Makes a call without asking, and tells what it used, or that nobody knows. */
  private async unasked(call: MeteredCall, next: Next, { isSent }: CallContext): Promise<ModelAnswer> {
    const ended = { type: 'call.ended', process: this.process, call, unasked: true } as const;
    const answer = await next().catch((thrown: unknown) => {
      if (isSent() && outcomeOf(thrown).outcome === 'unknown') this.tell([{ ...ended, outcome: 'unknown' }]);
      throw thrown;
    });
    if (answer.source === 'provider') this.tell([{ ...ended, outcome: 'answered', ...usedIn(answer) }]);
    return answer;
  }

  private async turn(call: MeteredCall, signal: AbortSignal, context: CallContext): Promise<void> {
    signal.throwIfAborted();
    const { process } = this;
    const over = context.wait();
    const { promise, resolve, reject } = Promise.withResolvers<Extract<ModelGrant, { is: 'granted' | 'refused' }>>();
    // It may be rejected while the question is still on its way.
    promise.catch(() => undefined);
    const leave = () => reject(signal.reason as Error);
    const defer = (wait: ModelWait) => {
      if (context.defer(wait)) reject(new Error('The step has left its stage until the model may be called.'));
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      this.waiting.set(call.id, { call, since: performance.now(), granted: resolve, defer });
      await this.publish([{ type: 'call.asked', process, call }]);
      const grant = await promise;
      if (grant.is === 'refused') throw refusalOf(grant);
      for (const budget of grant.warnings ?? []) this.warn(budget);
    } catch (error) {
      const returns = context.isDeferred() && ({ returns: true } as const);
      if (signal.aborted || returns)
        this.tell([{ type: 'call.ended', process, call, outcome: 'withdrawn', ...returns }]);
      throw error;
    } finally {
      signal.removeEventListener('abort', leave);
      this.waiting.delete(call.id);
      over();
    }
    this.running.add(call.id);
  }

  /** Returns undefined where the provider has rejected the call for its quota. */
  private async make(call: MeteredCall, next: Next, { isSent }: CallContext): Promise<ModelAnswer | undefined> {
    const ended = { type: 'call.ended', process: this.process, call } as const;
    try {
      const answer = await next();
      const outcome = answer.source === 'provider' ? 'answered' : 'withdrawn';
      const exhausted = exhaustedMs(answer.limits, Date.now());
      const left = exhausted !== undefined && { exhaustedMs: exhausted };
      this.tell([{ ...ended, outcome, ...usedIn(answer), ...left }]);
      return answer;
    } catch (error) {
      const { outcome, retryAfterMs } = isSent() ? outcomeOf(error) : NOT_MADE;
      this.tell([{ ...ended, outcome, ...(retryAfterMs !== undefined && { retryAfterMs }) }]);
      if (outcome === 'rejected') return undefined;
      throw error;
    } finally {
      this.running.delete(call.id);
    }
  }

  private hear(grant: ModelGrant): void {
    if (grant.process !== this.process) return;
    if (grant.is === 'unknown') {
      const known = grant.ids.flatMap((id) => this.waiting.get(id)?.call ?? []);
      this.tell(known.map((call) => ({ type: 'call.asked', process: this.process, call })));
    } else if (grant.is !== 'waits') this.waiting.get(grant.id)?.granted(grant);
    else this.hearWait(grant);
  }

  private hearWait(grant: Extract<ModelGrant, { is: 'waits' }>): void {
    const pending = this.waiting.get(grant.id);
    if (!pending) return;
    pending.waits = grant;
    if (grant.ms >= LONG_MS) pending.defer(waitOf(grant));
  }

  /** A wait may take longer than the keeper could tell: its quota is paused, or a budget has to be raised. */
  private deferOld(): void {
    const longAgo = performance.now() - LONG_MS;
    for (const { since, waits, defer } of [...this.waiting.values()]) if (since < longAgo) defer(waitOf(waits));
  }

  private tellAlive(): void {
    const [waiting, running] = [[...this.waiting.keys()], [...this.running]];
    if (waiting.length + running.length === 0) return;
    this.tell([{ type: 'process.alive', process: this.process, waiting, running }]);
  }

  private warn(budget: string): void {
    if (this.warned.get(budget)) return;
    this.warned.set(budget, true);
    this.runtime.telemetry.log.warn({ budget }, 'A budget of models is spent: calls go on, as it says.');
  }

  /** Tells the keeper. It finds out about news that do not arrive from what the process says of itself. */
  private tell(events: readonly ModelCallEvent[]): void {
    if (events.length === 0) return;
    this.publish(events).catch((error: unknown) =>
      this.runtime.telemetry.log.warn({ ...causeOf(error) }, 'The end of a call of a model could not be told.'),
    );
  }

  private publish(events: readonly ModelCallEvent[]): Promise<void> {
    const { broker, topics } = this.runtime;
    return broker.publish([modelCallRecord(topics, events)]);
  }
}
