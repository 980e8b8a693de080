import { startTimer } from '@millrace/contracts/timers';
import {
  type Fact,
  intakeRecord,
  type Priority,
  randomId,
  readTime,
  readTraceparent,
  runIdOf,
  type RunStatus,
  traceIdsOf,
} from '@millrace/contracts';
import { canonicalJson, validateInput } from '@millrace/pipeline/engine';
import { evolve } from '@millrace/saga';
import { type Runtime, messagingSystemOf } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import { ATTRIBUTE, SPAN } from '@millrace/telemetry';
import type { LargeMail } from '../blobs/large-mail.js';
import { lightValue } from '../blobs/light.js';
import type { LiveFacts } from './live-facts.js';
import type { StoredPlans } from '../pipelines/plans.js';
import { RequestProblem } from '../http/problems.js';
import type { RecentRequests } from '../http/recent-requests.js';
import type { RequestSpan } from '../request-spans.js';

export interface StartRequest {
  readonly pipeline: string;
  readonly input: unknown;
  /** Makes the input, where the request was a large mail. */
  readonly mail?: LargeMail | undefined;
  /** The most bytes that the input may have as JSON, where that is known. */
  readonly bytes?: number | undefined;
  readonly idempotencyKey: string | undefined;
  /** RFC 3339: it begins then. */
  readonly startAt?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly tenant?: string | undefined;
  /** The caller's traceparent. */
  readonly traceparent: string | undefined;
  /** The span of the request; undefined where nothing is traced. */
  readonly span?: RequestSpan | undefined;
}

interface Asked {
  readonly id: string;
  readonly key: string;
  /** The hash of the plan that the input was checked against. */
  readonly plan: string;
}

export interface Started {
  readonly id: string;
  readonly status: RunStatus;
}

export interface RunStarterNeeds {
  readonly runtime: Runtime;
  readonly reader: Pick<StoreReader, 'run'>;
  readonly plans: StoredPlans;
  readonly recent: RecentRequests;
  /** Tells soon of what is taken on. */
  readonly live: LiveFacts;
  /** The longest time that a request with an idempotency key waits to be taken on. */
  readonly takenOnWithinMs: number;
}

/** The run that an idempotency key made, and the input it was made with. */
interface TakenOn {
  readonly input: unknown;
  readonly status: RunStatus;
}

/** Asks for runs: checks what can be checked, and publishes one record on `intake`. */
export class RunStarter {
  /** By run: whoever asks with a key while another request with it is on its way shares what becomes of that one. */
  private readonly pending = new Map<string, Promise<TakenOn>>();

  constructor(private readonly needs: RunStarterNeeds) {}

  /**
   * Resolves once the request is durable; with an idempotency key once the coordinator has taken the run on, since only then it is known whose input the key stands for.
   * @throws {RequestProblem} UNKNOWN_PIPELINE, INVALID_INPUT, IDEMPOTENCY_KEY_REUSED, NOT_TAKEN_ON_YET
   */
  async start(wanted: StartRequest): Promise<Started> {
    const { pipeline, idempotencyKey, mail } = wanted;
    const key = idempotencyKey ?? randomId('key');
    const id = runIdOf(pipeline, key);
    const plan = await this.needs.plans.forRun(pipeline, id);
    const errors = validateInput(plan, mail ? mail.input(id) : wanted.input);
    if (errors) {
      const detail = `The input does not fit ${pipeline}: ${errors[0]?.pointer || 'it'}: ${errors[0]?.detail}`;
      const inBody = errors.map(({ pointer, detail }) => ({ pointer: `/input${pointer}`, detail }));
      throw new RequestProblem('INVALID_INPUT', detail, { errors: inBody });
    }
    const input = await this.lightInput(wanted, id);
    const asked = { id, key, plan: plan.hash };
    if (idempotencyKey === undefined) {
      const startsAt = await this.publish({ ...wanted, input }, asked);
      return { id, status: startsAt === undefined ? 'running' : 'held' };
    }
    const taken = await (this.pending.get(id) ?? this.takeOn({ ...wanted, input }, asked));
    if (canonicalJson(taken.input) === canonicalJson(input)) return { id, status: taken.status };
    throw new RequestProblem('IDEMPOTENCY_KEY_REUSED', `${id} was started with this key and another input.`);
  }

  /** Returns the input as it travels. The same request makes the same references. */
  private async lightInput({ input, mail, bytes = Infinity }: StartRequest, run: string): Promise<unknown> {
    const { blobs } = this.needs.runtime;
    if (blobs && mail) {
      await mail.keep(run, blobs);
      return mail.input(run);
    }
    return bytes <= (blobs?.threshold ?? Infinity) ? input : lightValue(input, { blobs, run });
  }

  private takeOn(wanted: StartRequest, asked: Asked): Promise<TakenOn> {
    const { id } = asked;
    const taken = this.takenOn(wanted, asked).finally(() => this.pending.delete(id));
    this.pending.set(id, taken);
    return taken;
  }

  private async takenOn(wanted: StartRequest, asked: Asked): Promise<TakenOn> {
    const before = await this.needs.reader.run(asked.id);
    const known = before && takenOnOf(asked.id, before.facts);
    if (known) return known;
    await this.publish(wanted, asked);
    return this.untilTakenOn(asked.id);
  }

  private untilTakenOn(id: string): Promise<TakenOn> {
    return new Promise((resolve, reject) => {
      const lost = () => {
        stop();
        late.stop();
        const detail = `No coordinator has taken ${id} on yet. The request is kept; the same request again tells what became of it.`;
        reject(new RequestProblem('NOT_TAKEN_ON_YET', detail));
      };
      const late = startTimer(this.needs.takenOnWithinMs, lost);
      const stop = this.needs.live.watch(id, 0, {
        see(seen) {
          const taken = takenOnOf(
            id,
            seen.map(({ fact }) => fact),
          );
          if (!taken) return;
          late.stop();
          stop();
          resolve(taken);
        },
        lost,
      });
    });
  }

  /** Returns when the run begins; undefined for one that begins at once. */
  private async publish(
    { pipeline, input, startAt, priority, tenant, traceparent, span }: StartRequest,
    { id, key, plan }: Asked,
  ): Promise<number | undefined> {
    const { runtime, recent } = this.needs;
    const at = Date.now();
    const wantedAt = startAt === undefined ? undefined : readTime(startAt);
    const startsAt = wantedAt !== undefined && wantedAt > at ? wantedAt : undefined;
    const { spans } = runtime.telemetry;
    const startMs = spans.now();
    const own = traceIdsOf(id).traceId;
    const sending = span && spans.context(span.context(own).traceparent);
    const under = sending?.traceparent ?? traceparent;
    const traceId = (under === undefined ? undefined : readTraceparent(under)?.traceId) ?? own;
    const source = '/millrace/gateway';
    const request = { pipeline, key, input, source, at, run: id, traceparent: under, startAt, priority, tenant };
    await runtime.broker.publish([intakeRecord(runtime.topics, request)]);
    recent.remember(id, { pipeline, plan, at, startsAt, traceId });
    if (sending) {
      spans.record({
        context: sending,
        name: SPAN.send(runtime.topics.intake),
        kind: 'producer',
        startMs,
        endMs: spans.now(),
        attributes: {
          [ATTRIBUTE.messagingSystem]: messagingSystemOf(runtime.broker),
          [ATTRIBUTE.operationType]: 'send',
          [ATTRIBUTE.operationName]: 'send',
          [ATTRIBUTE.destination]: runtime.topics.intake,
          [ATTRIBUTE.conversation]: id,
          [ATTRIBUTE.pipeline]: pipeline,
          [ATTRIBUTE.run]: id,
        },
      });
    }
    return startsAt;
  }
}

function takenOnOf(id: string, facts: readonly Fact[]): TakenOn | undefined {
  const [accepted] = facts;
  return accepted?.type === 'run.accepted'
    ? { input: accepted.input, status: evolve(undefined, id, facts).status }
    : undefined;
}
