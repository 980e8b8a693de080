import { createHash } from 'node:crypto';
import { cloudEvent, EVENT_TYPE, HEADER, type Priority, randomId, runIdOf, type RunStatus } from '@millrace/contracts';
import { validateInput } from '@millrace/pipeline';
import type { House } from '@millrace/service';
import type { Reader } from '@millrace/store';
import type { Plans } from './plans.js';
import { RequestProblem } from './problems.js';
import type { RecentRequests } from './recent-requests.js';

export interface Wanted {
  readonly pipeline: string;
  readonly input: unknown;
  readonly idempotencyKey: string | undefined;
  /** RFC 3339: it begins then. */
  readonly startAt?: string | undefined;
  readonly priority?: Priority | undefined;
  readonly tenant?: string | undefined;
  /** Of whoever asks. */
  readonly traceparent: string | undefined;
}

export interface Started {
  readonly id: string;
  readonly status: RunStatus;
}

interface Needs {
  readonly house: House;
  readonly reader: Pick<Reader, 'run'>;
  readonly plans: Plans;
  readonly recent: RecentRequests;
}

/** Asks for runs: checks what can be checked, and publishes one record on `intake`. */
export class RunStarter {
  constructor(private readonly needs: Needs) {}

  /**
   * Resolves once the request is durable; the coordinator takes it from there.
   * @throws {RequestProblem} UNKNOWN_PIPELINE, INVALID_INPUT, IDEMPOTENCY_KEY_REUSED
   */
  async start(wanted: Wanted): Promise<Started> {
    const { pipeline, input } = wanted;
    const key = wanted.idempotencyKey ?? randomId('key');
    const id = runIdOf(pipeline, key);
    const plan = await this.needs.plans.forRun(pipeline, id);
    const errors = validateInput(plan, input);
    if (errors) {
      const detail = `The input does not fit ${pipeline}: ${errors[0]?.pointer || 'it'}: ${errors[0]?.detail}`;
      const inBody = errors.map(({ pointer, detail }) => ({ pointer: `/input${pointer}`, detail }));
      throw new RequestProblem('INVALID_INPUT', detail, { errors: inBody });
    }
    const fingerprint = fingerprintOf(input);
    const before = wanted.idempotencyKey === undefined ? undefined : await this.before(id, fingerprint);
    if (before) return { id, status: before };
    await this.publish(wanted, { id, key });
    this.needs.recent.remember(id, { pipeline, plan: plan.hash, fingerprint, at: Date.now() });
    return { id, status: 'running' };
  }

  /** The status of the run that the same key made before, if any. */
  private async before(id: string, fingerprint: string): Promise<RunStatus | undefined> {
    const run = await this.needs.reader.run(id);
    const [accepted] = run?.facts ?? [];
    const former =
      accepted?.type === 'run.accepted' ? fingerprintOf(accepted.input) : this.needs.recent.find(id)?.fingerprint;
    if (former === undefined) return undefined;
    if (former === fingerprint) return run?.status ?? 'running';
    throw new RequestProblem('IDEMPOTENCY_KEY_REUSED', `${id} was started with this key and another input.`);
  }

  private async publish(
    { pipeline, input, startAt, priority, tenant, traceparent }: Wanted,
    { id, key }: { id: string; key: string },
  ): Promise<void> {
    const { house } = this.needs;
    const at = Date.now();
    const { spans } = house.telemetry;
    const span = traceparent === undefined ? undefined : spans.context(traceparent);
    await house.broker.publish([
      {
        topic: house.topics.intake,
        key: id,
        value: JSON.stringify(input),
        headers: {
          ...cloudEvent({
            id: key,
            type: EVENT_TYPE.runRequested,
            source: '/millrace/gateway',
            subject: id,
            at,
            ...(span && { traceparent: span.traceparent }),
          }),
          [HEADER.pipeline]: pipeline,
          [HEADER.idempotencyKey]: key,
          ...(startAt !== undefined && { [HEADER.startAt]: startAt }),
          ...(priority !== undefined && { [HEADER.priority]: priority }),
          ...(tenant !== undefined && { [HEADER.tenant]: tenant }),
        },
      },
    ]);
    if (span) {
      spans.record({
        context: span,
        name: `send ${house.topics.intake}`,
        kind: 'producer',
        startMs: at,
        endMs: Date.now(),
      });
    }
  }
}

/** The same for two values that are the same JSON, whatever the order of their fields. */
function fingerprintOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, inOrder)).digest('hex');
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
