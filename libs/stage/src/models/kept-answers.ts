import { causeOf, type Outgoing, type Tail } from '@millrace/broker';
import { KeptCall, type ModelAnswer, modelAnswerRecord, type ModelCall, randomId, readJson } from '@millrace/contracts';
import { startInterval, type Timer } from '@millrace/contracts/timers';
import { follow, type Runtime } from '@millrace/runtime';
import { AnswerIndex, type AnswerPlace } from './answer-index.js';
import { outcomeOf } from './outcomes.js';
import { ModelCallRefused } from './refusals.js';

/** An answer is kept for so long where its step is neither committed nor tried again. */
const KEPT_MS = 3 * 86_400_000;
const SWEEP_MS = 3_600_000;

type Next = () => Promise<ModelAnswer>;

/** The calls that an attempt has made, by key. */
export type MadeCalls = Map<string, 'claimed' | 'sent' | 'answered' | 'unusable'>;

/** The attempt that makes calls. */
export interface CallingAttempt {
  readonly idempotencyKey: string;
  readonly madeCalls: MadeCalls;
  readonly hasCalledModels: boolean;
}

const NONE: readonly Outgoing[] = [];

interface Needs {
  readonly runtime: Pick<Runtime, 'broker' | 'topics' | 'telemetry'>;
  /** The name of this process. */
  readonly process: string;
  /** Hears of a call that another process has sent, and of which nobody knows whether it was answered. */
  readonly onUnknown: (call: ModelCall, process: string) => void;
}

/**
 * Keeps the answer to each call of a model until its step is committed, so that nobody pays for it again after a crash. Each call is
 * claimed on the topic of answers before it leaves; the order of the topic says who came first. Nothing is opened before the first call.
 */
export class KeptAnswers implements AsyncDisposable {
  private readonly index = new AnswerIndex();
  private readonly claims = new Map<string, () => void>();
  private opened: Promise<Tail> | undefined;
  private sweeping: Timer | undefined;

  constructor(private readonly needs: Needs) {}

  /** Returns the answer that an earlier attempt got, where there is one. */
  async find(call: ModelCall, attempt: CallingAttempt): Promise<ModelAnswer | undefined> {
    await this.open();
    const place = this.index.find(call.key)?.answer;
    const answer = place && (await this.read(call.key, place));
    if (answer) attempt.madeCalls.set(call.key, 'answered');
    return answer;
  }

  /** Makes a call, unless another process turns out to have its answer, and keeps the answer. */
  async make(call: ModelCall, next: Next, attempt: CallingAttempt): Promise<ModelAnswer> {
    const { key } = call;
    await this.open();
    const claim = randomId('claim');
    const whose = { step: attempt.idempotencyKey, claim, process: this.needs.process };
    attempt.madeCalls.set(key, 'claimed');
    await this.claim(key, { is: 'sent', ...whose }, call.signal);
    const known = this.index.find(key, new Set([claim]));
    const kept = known?.answer && (await this.read(key, known.answer));
    if (kept) return this.keep(key, { ...whose, answer: kept }, attempt);
    for (const process of known?.unanswered ?? []) this.needs.onUnknown(call, process);
    if (known && known.unanswered.length > 0 && call.ifUnknown === 'fail') throw unknownOutcome(call);
    attempt.madeCalls.set(key, 'sent');
    const answer = await next().catch(async (thrown: unknown) => {
      // The provider has said that it did nothing: no process has to wonder.
      if (outcomeOf(thrown).outcome !== 'unknown') await this.tell([modelAnswerRecord(this.topics, key, undefined)]);
      throw thrown;
    });
    return answer.source === 'provider' ? this.keep(key, { ...whose, answer }, attempt) : answer;
  }

  /**
   * Returns the records that end the calls of an attempt, to be committed with its own. `keeps`: the step is tried again, and answers that
   * can be used stay.
   */
  endings(attempt: CallingAttempt, keeps: boolean): readonly Outgoing[] {
    // Almost every attempt of a process that calls no model.
    if (!attempt.hasCalledModels && this.index.isEmpty) return NONE;
    const { idempotencyKey, madeCalls } = attempt;
    const over = new Set<string>();
    for (const [call, state] of madeCalls) if (!keeps || state !== 'answered') over.add(call);
    if (!keeps) for (const call of this.index.ofStep(idempotencyKey)) over.add(call);
    return [...over].map((call) => modelAnswerRecord(this.topics, call, undefined));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.sweeping?.stop();
    await (await this.opened?.catch(() => undefined))?.[Symbol.asyncDispose]();
  }

  private get topics() {
    return this.needs.runtime.topics;
  }

  private open(): Promise<Tail> {
    this.opened ??= (async () => {
      const tail = await follow(this.needs.runtime, { topic: this.topics.modelAnswers, from: 'start' }, (record) => {
        const { claim, reason } = this.index.see(record);
        if (claim !== undefined) this.claims.get(claim)?.();
        return reason;
      });
      this.sweep();
      this.sweeping = startInterval(SWEEP_MS, () => this.sweep()).unref();
      return tail;
    })();
    this.opened.catch(() => (this.opened = undefined));
    return this.opened;
  }

  /** Resolves when the claim has come back on the topic: all that other processes wrote before it has been seen by then. */
  private async claim(key: string, kept: KeptCall, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    try {
      this.claims.set(kept.claim, resolve);
      // Whichever fails first: a publish that is lost would be waited for.
      await Promise.all([this.needs.runtime.broker.publish([modelAnswerRecord(this.topics, key, kept)]), promise]);
    } finally {
      signal.removeEventListener('abort', leave);
      this.claims.delete(kept.claim);
    }
  }

  /** Resolves when the answer is durable. One that cannot be kept counts all the same. */
  private async keep(
    key: string,
    kept: Omit<Extract<KeptCall, { is: 'answered' }>, 'is'>,
    attempt: CallingAttempt,
  ): Promise<ModelAnswer> {
    const isKept = await this.tell([modelAnswerRecord(this.topics, key, { is: 'answered', ...kept })]);
    if (isKept) attempt.madeCalls.set(key, 'answered');
    return kept.answer;
  }

  private async read(key: string, place: AnswerPlace): Promise<ModelAnswer | undefined> {
    const at = { topic: this.topics.modelAnswers, ...place, limit: 1 };
    const [record] = await this.needs.runtime.broker.browse(at);
    if (record?.offset !== place.offset || record.key?.toString('utf8') !== key) return undefined;
    const kept = KeptCall.safeParse(readJson(record.value ?? '').value).data;
    return kept?.is === 'answered' ? { ...kept.answer, source: 'kept', limits: {} } : undefined;
  }

  /** Removes what nobody has come back to. */
  private sweep(): void {
    const old = [...this.index.before(Date.now() - KEPT_MS)];
    if (old.length > 0) void this.tell(old.map((call) => modelAnswerRecord(this.topics, call, undefined)));
  }

  private async tell(records: readonly Outgoing[]): Promise<boolean> {
    try {
      await this.needs.runtime.broker.publish(records);
      return true;
    } catch (error) {
      const { log } = this.needs.runtime.telemetry;
      log.warn(
        { ...causeOf(error) },
        'The answer of a model could not be kept: after a crash the model is asked again.',
      );
      return false;
    }
  }
}

function unknownOutcome({ prompt, model }: ModelCall): ModelCallRefused {
  return new ModelCallRefused(
    'MODEL_CALL_UNKNOWN',
    `A process that died may have asked ${model} to ${prompt}, and nobody knows whether it was answered. The call is not made again.`,
  );
}
