import fc from 'fast-check';
import { type Fact, failure, type RunEvent, runIdOf } from '@millrace/contracts';
import { handOff, inputOf, type LoadedPlan, loadPlan, type Plan } from '@millrace/pipeline';
import { accept, decide, type Decision } from './decide.js';
import { evolve, type Run, stepOf } from './run.js';
import { wakeAtOf } from './timers.js';

/** How one attempt of a step goes: it answers, fails, or its process dies and nothing is heard. */
export type Outcome = 'succeeds' | 'fails' | 'fails for good' | 'dies';

export interface Script {
  readonly steps: Plan['steps'];
  /** By step; attempts beyond the list succeed. */
  readonly outcomes: Readonly<Record<string, readonly Outcome[]>>;
  /** Which of the things that could happen next does, as shares of one; when used up, the first. */
  readonly chance: readonly number[];
}

const name = (i: number) => `s${i}`;
const policy = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 3 }),
  initialMs: fc.constantFrom(1, 1_000),
  factor: fc.constantFrom(1, 2),
  maxMs: fc.constant(10_000),
  jitter: fc.constantFrom(0, 0.5),
});
const outcome = fc.constantFrom<Outcome>('succeeds', 'succeeds', 'succeeds', 'fails', 'fails for good', 'dies');

/** A random step that reads some of the steps before it. */
const step = (i: number) =>
  fc
    .record({
      kind: fc.constantFrom('stage', 'stage', 'stage', 'stage', 'signal'),
      predecessors: fc.uniqueArray(fc.nat({ max: Math.max(0, i - 1) }), { maxLength: i === 0 ? 0 : 3 }),
      conditional: fc.boolean(),
      retry: policy,
      fallback: fc.boolean(),
      hasDefault: fc.boolean(),
    })
    .map(({ kind, predecessors, conditional, retry, fallback, hasDefault }) => {
      const before = predecessors.map(name);
      const input = { of: before.map((one) => ({ $orElse: [{ $ref: [one, 'n'] }, -1] })) };
      const common = {
        predecessors: before,
        ...(conditional && before[0] !== undefined && { when: `has(${before[0]}.n) && ${before[0]}.n > 2.0` }),
        ...(hasDefault && { onFailure: { default: { n: -2 } } }),
      };
      if (kind === 'signal') return { kind, schema: {}, timeoutMs: 50_000, ...common };
      const at = { timeoutMs: 1_000, retry };
      return {
        kind,
        stage: 'work',
        input,
        startTimeoutMs: 5_000,
        ...at,
        ...(fallback && { fallback: { stage: 'other', input, ...at } }),
        ...common,
      };
    });

/** Random plans with conditions, joins, hand-offs, waits, retries, fallbacks and defaults, and a random course of events. */
export const script = (maxSteps: number): fc.Arbitrary<Script> =>
  fc.integer({ min: 1, max: maxSteps }).chain((count) =>
    fc
      .record({
        steps: fc.tuple(...Array.from({ length: count }, (_, i) => step(i))),
        outcomes: fc.array(fc.array(outcome, { maxLength: 4 }), { minLength: count, maxLength: count }),
        chance: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 60 }),
      })
      .map(({ steps, outcomes, chance }) => ({
        steps: Object.fromEntries(steps.map((one, i) => [name(i), one])) as Plan['steps'],
        outcomes: Object.fromEntries(outcomes.map((list, i) => [name(i), list])),
        chance,
      })),
  );

const planOf = (steps: Plan['steps']): LoadedPlan =>
  loadPlan({
    format: 1,
    pipeline: 'random',
    inputSchema: {},
    steps,
    output: Object.fromEntries(Object.keys(steps).map((step) => [step, { $ref: [step] }])),
  });

interface Command {
  readonly step: string;
  readonly attempt: number;
  readonly input: unknown;
  readonly known: Readonly<Record<string, unknown>>;
}

/** Rules that can be swapped for broken ones, to prove that the simulation notices. */
export interface Rules {
  readonly decide: typeof decide;
  readonly accept: typeof accept;
  readonly handOff: typeof handOff;
}
export const RULES: Rules = { decide, accept, handOff };

/** A log, stages and a coordinator without any I/O: everything that can happen to one run, in an order that chance decides. */
export class World {
  readonly facts: Fact[] = [];
  /** Every command that was ever sent, hand-offs included: `step/attempt`. */
  readonly sent: string[] = [];
  private readonly commands: Command[] = [];
  private readonly log: RunEvent[] = [];
  private readonly past: RunEvent[] = [];
  private now = 1_000_000;
  private turn = 0;
  readonly plan: LoadedPlan;
  run: Run;

  constructor(
    private readonly script: Script,
    private readonly rules: Rules = RULES,
  ) {
    this.plan = planOf(script.steps);
    const request = {
      run: runIdOf('random', '1'),
      pipeline: 'random',
      input: { n: 0 },
      idempotencyKey: '1',
      at: this.now,
      source: 'i/0/0',
    };
    const decision = rules.accept(request, this.plan);
    this.run = decision.run;
    this.take(decision);
  }

  /** Lets things happen until nothing can any more. */
  settle(): void {
    for (let steps = 0; this.happen(); steps++) if (steps > 5_000) throw new Error('It does not come to an end.');
  }

  redriveAll(): void {
    for (const [step, { status, deadLetter }] of this.run.steps) {
      if (status === 'dead-lettered')
        this.log.push({ type: 'step.redriven', run: this.run.id, step, at: this.now, deadLetter: deadLetter! });
    }
  }

  cancel(): void {
    this.log.push({ type: 'run.cancel-requested', run: this.run.id, at: this.now });
  }

  private happen(): boolean {
    const wakeAt = wakeAtOf(this.run, this.plan);
    const waiting = [...this.run.steps].filter(([, { status }]) => status === 'waiting');
    const possible: (() => void)[] = [
      ...(this.log.length > 0 ? [() => this.decideNext()] : []),
      ...this.commands.map((_, i) => () => this.work(i)),
      ...waiting.map(
        ([step]) =>
          () =>
            this.signal(step),
      ),
      ...(this.past.length > 0 && this.turn < this.script.chance.length ? [() => this.repeat()] : []),
    ];
    // Time passes when nothing else happens, or by chance.
    if (wakeAt !== undefined && (possible.length === 0 || this.turn < this.script.chance.length)) {
      possible.push(() => this.wake(wakeAt));
    }
    if (possible.length === 0) return false;
    const share = this.script.chance[this.turn++] ?? 0;
    possible[Math.floor(share * possible.length)]!();
    return true;
  }

  private decideNext(): void {
    const event = this.log.shift()!;
    this.past.push(event);
    this.now += 1;
    this.take(this.rules.decide(this.run, event, { plan: this.plan, at: this.now }));
  }

  private take({ run, facts, requests }: Decision): void {
    this.run = run;
    this.facts.push(...facts);
    for (const { step, attempt, input, known } of requests) this.send({ step, attempt, input, known: known ?? {} });
  }

  private send(command: Command): void {
    this.sent.push(`${command.step}/${command.attempt}`);
    this.commands.push(command);
  }

  private work(index: number): void {
    const [{ step, attempt, input, known }] = this.commands.splice(index, 1) as [Command];
    const how = this.script.outcomes[step]?.[attempt - 1] ?? 'succeeds';
    const common = { run: this.run.id, step, attempt, at: this.now, startedAt: this.now };
    if (how === 'dies') return;
    if (how !== 'succeeds') {
      const code = how === 'fails' ? 'STAGE_THREW' : 'STAGE_INPUT_INVALID';
      this.log.push({ type: 'step.failed', ...common, failure: failure(code, 'as the script has it') });
      return;
    }
    const output = { n: attempt + Number(step.slice(1)), saw: input };
    const { wanted, skipped } = this.rules.handOff(this.plan, step, { ...known, [step]: output });
    for (const one of wanted) this.send({ step: one.step, attempt, input: one.input, known: one.known ?? {} });
    this.log.push({
      type: 'step.completed',
      ...common,
      output,
      ...(wanted.length > 0 && { next: wanted.map((one) => one.step) }),
      ...(skipped.length > 0 && { skipped: [...skipped] }),
    });
  }

  private signal(step: string): void {
    this.log.push({
      type: 'step.signalled',
      run: this.run.id,
      step,
      at: this.now,
      id: `${step}/${this.turn}`,
      payload: { n: 4 },
    });
  }

  private wake(at: number): void {
    this.now = Math.max(this.now, at);
    this.log.push({ type: 'run.woken', run: this.run.id, at: this.now });
    this.decideNext();
  }

  /** An event that was applied before comes once more. */
  private repeat(): void {
    this.log.push(this.past[Math.floor((this.turn / 7) % this.past.length)]!);
  }
}

/** What is wrong with how a run went, in words; nothing when all is well. */
export function violations({ run, facts, sent, plan }: World): string[] {
  const wrong: string[] = [];
  const again = evolve(undefined, run.id, facts);
  if (JSON.stringify([...again.steps]) !== JSON.stringify([...run.steps])) wrong.push('the facts do not give the run');
  const ends = new Map<string, number>();
  for (const fact of facts) {
    if (fact.type === 'step.completed' || fact.type === 'step.answered' || fact.type === 'step.defaulted') {
      ends.set(fact.step, (ends.get(fact.step) ?? 0) + 1);
    }
  }
  for (const [step, times] of ends) if (times > 1) wrong.push(`${step} has ${times} results`);
  for (const [step, output] of Object.entries(run.known)) {
    const { saw } = output as { saw?: unknown };
    if (saw === undefined) continue;
    const recorded = JSON.stringify(inputOf(plan, step, run.known));
    if (recorded !== JSON.stringify(saw)) wrong.push(`${step} was computed from something that is not on record`);
  }
  const twice = sent.filter((one, i) => sent.indexOf(one) !== i);
  if (twice.length > 0) wrong.push(`sent twice: ${twice.join(', ')}`);
  wrong.push(...needless(facts, sent));
  if (facts.filter((fact) => fact.type === 'run.completed').length > 1) wrong.push('the run ended twice');
  for (const step of plan.order) {
    const { status } = stepOf(run, step);
    const ready = plan
      .step(step)
      .predecessors.every((one) => ['completed', 'skipped'].includes(stepOf(run, one).status));
    if (run.status === 'completed' && status !== 'completed' && status !== 'skipped')
      wrong.push(`the run ended without ${step}`);
    if (run.status === 'dead-lettered' && status === 'pending' && ready) wrong.push(`${step} was forgotten`);
    if (run.status !== 'cancelled' && ['running', 'retrying', 'waiting'].includes(status))
      wrong.push(`${step} is stuck: ${status}`);
  }
  if (run.status === 'running' || run.status === 'waiting') wrong.push(`the run is stuck: ${run.status}`);
  return wrong;
}

/** Work that nobody needed. Where an attempt was given up at its deadline, it may answer after all; elsewhere each attempt has a reason. */
function needless(facts: readonly Fact[], sent: readonly string[]): string[] {
  const isLate = (fact: Fact) => fact.type === 'step.failed' && fact.failure.code === 'STAGE_TIMED_OUT';
  if (facts.some(isLate)) return [];
  const reasons = (step: string) =>
    1 +
    facts.filter((fact) => (fact.type === 'step.failed' || fact.type === 'step.redriven') && fact.step === step).length;
  const steps = new Set(sent.map((one) => one.split('/')[0]!));
  return [...steps].flatMap((step) => {
    const times = sent.filter((one) => one.startsWith(`${step}/`)).length;
    return times > reasons(step) ? [`${step} was sent ${times} times, for ${reasons(step)} reasons`] : [];
  });
}
