import { causeOf, type Outgoing, type Tail } from '@millrace/broker';
import { KeptCall, type ModelAnswer, modelAnswerRecord, type ModelCall, randomId, readJson } from '@millrace/contracts';
import { startInterval, type Timer } from '@millrace/contracts/timers';
import { follow, type Runtime } from '@millrace/runtime';
import { AnswerIndex, type AnswerPlace, type IndexedCall } from './answer-index.js';
import { outcomeOf } from './outcomes.js';
import { ModelCallRefused } from './refusals.js';

/** An answer is kept for so long where its step is neither committed nor tried again. */
const KEPT_MS = 3 * 86_400_000;
const SWEEP_MS = 3_600_000;

type Next = () => Promise<ModelAnswer>;
type Whose = Pick<KeptCall, 'step' | 'claim' | 'process'>;

/** The answer to a call, or what makes the call when it is its turn. */
export type Claimed =
  | { readonly answer: ModelAnswer; readonly make?: undefined }
  | {
      readonly answer?: undefined;
      readonly make: (next: Next, race?: Race) => Promise<ModelAnswer>;
    };

/** Two requests for one call: the answer that comes first is kept. */
export interface Race {
  /** One of them has an answer. */
  readonly isOver: boolean;
  /** No other request for the call is under way, and none has an answer. */
  readonly isLast: boolean;
  /** Returns true for the first answer. */
  win(): boolean;
}

/** The calls that an attempt has made, by key. */
export type MadeCalls = Map<string, 'claimed' | 'sent' | 'answered' | 'unusable'>;

/**
 * The use of the answers that an attempt got. `for-the-same-attempt`: its handler begins again, and has to find what it found. `for-the-next-attempt`:
 * those that can be used.
 */
export type AnswersAre = 'done-with' | 'for-the-next-attempt' | 'for-the-same-attempt';

/** The attempt that makes calls. */
export interface CallingAttempt {
  readonly idempotencyKey: string;
  readonly madeCalls: MadeCalls;
  readonly hasCalledModels: boolean;
}

type CallState = MadeCalls extends Map<string, infer State> ? State : never;

/** The states of calls whose answers stay. */
const KEPT: Readonly<Record<AnswersAre, ReadonlySet<CallState>>> = {
  'done-with': new Set(),
  'for-the-next-attempt': new Set(['answered']),
  'for-the-same-attempt': new Set(['answered', 'unusable']),
};

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

  /**
   * Returns the answer to a call where an earlier attempt has it, else what makes the call. Resolves when all is known that other processes
   * did about the call before. `leaves`: the call is made at once, without waiting for a turn.
   */
  async claim(call: ModelCall, attempt: CallingAttempt, { leaves }: { readonly leaves: boolean }): Promise<Claimed> {
    await this.open();
    const answer = await this.find(call.key, this.index.find(call.key));
    if (answer) {
      attempt.madeCalls.set(call.key, 'answered');
      return { answer };
    }
    const whose = { step: attempt.idempotencyKey, claim: randomId('claim'), process: this.needs.process };
    attempt.madeCalls.set(call.key, 'claimed');
    await this.write(call, { is: leaves ? 'sent' : 'claimed', ...whose });
    const known = this.index.find(call.key, new Set([whose.claim]));
    const kept = await this.find(call.key, known);
    if (kept) return { answer: await this.keep(call.key, { ...whose, answer: kept }, attempt) };
    for (const process of known?.unanswered ?? []) this.needs.onUnknown(call, process);
    if (known && known.unanswered.length > 0 && call.ifUnknown === 'fail') throw unknownOutcome(call);
    let isMarked = leaves;
    return {
      make: async (next, race) => {
        if (!isMarked) await this.publish([modelAnswerRecord(this.topics, call.key, { is: 'sent', ...whose })]);
        isMarked = false;
        return this.make(call, next, { whose, attempt, race });
      },
    };
  }

  /** Makes a call, and keeps its answer. */
  private async make(
    { key }: ModelCall,
    next: Next,
    {
      whose,
      attempt,
      race,
    }: { readonly whose: Whose; readonly attempt: CallingAttempt; readonly race: Race | undefined },
  ): Promise<ModelAnswer> {
    if (race?.isOver) throw new Error('The other request for the same call was answered first.');
    attempt.madeCalls.set(key, 'sent');
    const answer = await next().catch(async (thrown: unknown) => {
      if (race && !race.isLast) throw thrown;
      // The provider has said that it did nothing: no process has to wonder.
      const { outcome } = outcomeOf(thrown);
      if (outcome !== 'unknown') await this.tell([modelAnswerRecord(this.topics, key, undefined)]);
      if (outcome !== 'unknown' && outcome !== 'answered') attempt.madeCalls.set(key, 'claimed');
      throw thrown;
    });
    const isKept = answer.source === 'provider' && (race?.win() ?? true);
    return isKept ? this.keep(key, { ...whose, answer }, attempt) : answer;
  }

  /** Returns the records that end the calls of an attempt, to be committed with its own. */
  endings(attempt: CallingAttempt, answersAre: AnswersAre): readonly Outgoing[] {
    // Almost every attempt of a process that calls no model.
    if (!attempt.hasCalledModels && this.index.isEmpty) return NONE;
    const { idempotencyKey, madeCalls } = attempt;
    const over = new Set<string>();
    const kept = KEPT[answersAre];
    for (const [call, state] of madeCalls) if (!kept.has(state)) over.add(call);
    if (kept.size === 0) for (const call of this.index.ofStep(idempotencyKey)) over.add(call);
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

  private async find(key: string, known: IndexedCall | undefined): Promise<ModelAnswer | undefined> {
    return known?.answer && (await this.read(key, known.answer));
  }

  /** Resolves when the claim has come back on the topic: all that other processes wrote before it has been seen by then. */
  private async write({ key, signal }: ModelCall, kept: KeptCall): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = () => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    try {
      this.claims.set(kept.claim, resolve);
      // Whichever fails first: a publish that is lost would be waited for.
      await Promise.all([this.publish([modelAnswerRecord(this.topics, key, kept)]), promise]);
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

  private publish(records: readonly Outgoing[]): Promise<void> {
    return this.needs.runtime.broker.publish(records);
  }

  private async tell(records: readonly Outgoing[]): Promise<boolean> {
    try {
      await this.publish(records);
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
