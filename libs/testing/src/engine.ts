import { type Duration, type StageInput, type Pipeline, type StageContract } from '@millrace/pipeline';
import { millisecondsOf, stagesOf, validateInput } from '@millrace/pipeline/engine';
import type { StageGiven } from '@millrace/stage';
import type { z } from 'zod';
import { contractIn } from './desk.js';
import { TestingError } from './errors.js';
import type { Crash } from './faults.js';
import { type DeadRecord, EngineMachine } from './machine.js';
import { TestRun } from './test-run.js';

/** Time that passes only when it is told to. It starts at 2026-01-01T00:00:00Z. */
export interface Clock {
  readonly now: Date;
  /** Lets time pass, and everything happen that comes due meanwhile, in its order. */
  advance(duration: Duration): Promise<void>;
}

/** One call of a stage. */
export interface StageCall<Input> {
  readonly run: string;
  readonly step: string;
  readonly attempt: number;
  /** The input as it was sent: defaults of the contract are not filled in. */
  readonly input: Input;
}

export interface StartOptions {
  /** The same key is the same run. */
  readonly idempotencyKey?: string;
  /** It begins then. */
  readonly startAt?: Date;
}

/** The parts of a record beside its value. */
export interface PublishOptions {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An engine in memory for one pipeline: the real decisions and the real stage runtime, without a broker, a database or any waiting. */
export interface TestEngine<Input, Output> extends AsyncDisposable {
  readonly clock: Clock;
  /**
   * Begins a run. Resolves when nothing more happens without time passing, or somebody's answer.
   * @throws {TestingError} INVALID_INPUT
   */
  start(input: Input, options?: StartOptions): Promise<TestRun<Output>>;
  /**
   * A record on somebody else's topic: one of the pipeline's triggers, or one that signals come from. A value is sent as JSON, bytes as they are.
   * @throws {TestingError} NO_SUCH_TOPIC
   */
  publish(topic: string, value: unknown, options?: PublishOptions): Promise<void>;
  /** All runs so far, whoever began them, in the order in which they were taken on. Child runs are with their parents: `run.child`. */
  readonly runs: readonly TestRun<Output>[];
  /** Rejected or expired records, each with the reason: it could not be read, made no input, or was a signal that no run waited for. */
  readonly deadRecords: readonly DeadRecord[];
  /** Returns true, or the reason for which one of the stages says that it is not ready. */
  ready(): Promise<true | string>;
  /** No coordinator is there for so long: what came due meanwhile is found when one is back. */
  away(duration: Duration): Promise<void>;
  /** Returns the calls of a stage so far, in order; by attempt, so a command that came twice is there twice. */
  asked<Contract extends StageContract>(contract: Contract): readonly StageCall<StageInput<Contract>>[];
  /** The process of the step's stage dies over its next command, and another one takes that over. @throws {TestingError} NO_SUCH_STEP, as all of these */
  crashOnce(step: string, when: Crash): void;
  /** Makes the next answer of the step's stage arrive twice. */
  duplicateOnce(step: string): void;
  /** The step's next command reaches its stage so much later. */
  delayOnce(step: string, duration: Duration): void;
  /** The step's stage throws at its next `times` commands, without having done anything: an Error unless given what. */
  throwTimes(step: string, times: number, thrown?: unknown): void;
}

function refuseMissing(asked: readonly string[], stages: readonly StageGiven[]): void {
  const given = new Set(stages.map((stage) => contractIn(stage).name));
  const missing = asked.filter((stage) => !given.has(stage));
  if (missing.length === 0) return;
  const how = 'pass their classes, or fake(contract, work)';
  throw new TestingError('STAGE_MISSING', `No implementation was given for the stages ${missing.join(', ')}: ${how}.`);
}

/**
 * Opens an engine in which `stages` do the pipeline's work: classes, or fakes.
 * @throws {TestingError} STAGE_MISSING, naming the stages that the pipeline asks and for which no implementation was given
 */
export async function testEngine<Input extends z.ZodType, Output>(
  { name, plan, loaded }: Pipeline<Input, Output>,
  stages: readonly StageGiven[],
): Promise<TestEngine<z.input<Input>, Output>> {
  refuseMissing(stagesOf(plan), stages);
  const machine = await EngineMachine.open(loaded, stages);
  const { faults } = machine;
  let started = 0;
  return {
    clock: {
      get now() {
        return new Date(machine.now());
      },
      advance: (duration) => machine.advance(millisecondsOf(duration)),
    },
    async start(input, { idempotencyKey = String(++started), startAt } = {}) {
      const sent: unknown = JSON.parse(JSON.stringify(input));
      const details = validateInput(loaded, sent);
      if (details) {
        const where = details.map(({ pointer, detail }) => `${pointer || '/'} ${detail}`).join('; ');
        throw new TestingError('INVALID_INPUT', `The input does not fit the pipeline ${name}: ${where}.`);
      }
      const run = await machine.begin({ key: idempotencyKey, input: sent, startAt: startAt?.getTime() });
      return new TestRun<Output>(machine, run);
    },
    async publish(topic, value, { key, headers = {} } = {}) {
      if (!machine.topics.includes(topic)) {
        const those = machine.topics.join(', ') || 'no topic';
        throw new TestingError('NO_SUCH_TOPIC', `The pipeline takes nothing from "${topic}". It listens to: ${those}.`);
      }
      const bytes = value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(JSON.stringify(value ?? null));
      await machine.publish({ topic, key: key === undefined ? null : Buffer.from(key), value: bytes, headers });
    },
    get runs() {
      return machine.runs.outermostRuns.map((run) => new TestRun<Output>(machine, run));
    },
    get deadRecords() {
      return machine.deadRecords;
    },
    ready: () => machine.ready(),
    away: (duration) => machine.away(millisecondsOf(duration)),
    asked: ({ name: stage }) =>
      machine.asked
        .filter((one) => one.stage === stage)
        .map(({ command: { run, step, attempt, ownAttempt = attempt, input } }) => ({
          run,
          step,
          attempt: ownAttempt,
          input: input as never,
        })),
    crashOnce: (step, when) => faults.add(step, { is: 'crash', when }),
    duplicateOnce: (step) => faults.add(step, { is: 'duplicate' }),
    delayOnce: (step, duration) => faults.add(step, { is: 'delay', ms: millisecondsOf(duration) }),
    throwTimes(step, times, thrown = new Error('The test made it throw.')) {
      for (let i = 0; i < times; i++) faults.add(step, { is: 'throw', thrown });
    },
    [Symbol.asyncDispose]: () => machine[Symbol.asyncDispose](),
  };
}
