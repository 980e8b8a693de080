import fc from 'fast-check';
import {
  advance,
  type Scope,
  handOff,
  inputOf,
  type LoadedPlan,
  loadPlan,
  type StepMark,
  type WantedStep,
} from '../engine.js';

/** A step of a random pipeline: numbers stand for earlier steps. */
interface Sketch {
  readonly reads: readonly number[];
  readonly after: readonly number[];
  readonly kind: 'stage' | 'review';
  readonly when: { readonly of: number; readonly as: 'plain' | 'guarded' | 'failing' } | undefined;
  readonly fallbackReads: number | undefined;
  /** The output of the step, which conditions read. */
  readonly on: boolean;
  /** If true, its stage knows plans and hands off. */
  readonly handsOff: boolean;
}

const sketches: fc.Arbitrary<Sketch[]> = fc.array(
  fc.record({
    reads: fc.array(fc.nat(20), { maxLength: 2 }),
    after: fc.array(fc.nat(20), { maxLength: 1 }),
    kind: fc.constantFrom('stage', 'stage', 'stage', 'review'),
    when: fc.option(fc.record({ of: fc.nat(20), as: fc.constantFrom('plain', 'guarded', 'guarded', 'failing') }), {
      nil: undefined,
    }),
    fallbackReads: fc.option(fc.nat(20), { nil: undefined, freq: 4 }),
    on: fc.boolean(),
    handsOff: fc.constantFrom(true, true, true, false),
  }) as fc.Arbitrary<Sketch>,
  { minLength: 1, maxLength: 12 },
);

const CONDITIONS = {
  plain: (step: string) => `${step}.on`,
  guarded: (step: string) => `${step} != null && ${step}.on`,
  failing: (step: string) => `${step}.nowhere > 1.0`,
};

function planOf(drawn: readonly Sketch[]): LoadedPlan {
  const steps = drawn.map(({ reads, after, kind, when, fallbackReads }, i) => {
    const nameOf = (n: number) => (n % (i + 1) === i ? 'input' : `s${n % (i + 1)}`);
    const mapped = Object.fromEntries(
      reads.map((n) => [nameOf(n), { $orElse: [{ $ref: [nameOf(n), 'of'] }, { $ref: [nameOf(n)] }] }]),
    );
    const named = [
      ...reads,
      ...after,
      ...(when ? [when.of] : []),
      ...(fallbackReads === undefined ? [] : [fallbackReads]),
    ].map(nameOf);
    const tries = { retry: {}, timeoutMs: 1 };
    const fallback =
      fallbackReads === undefined
        ? {}
        : { fallback: { stage: 'f', input: { $ref: [nameOf(fallbackReads)] }, ...tries } };
    const step = {
      predecessors: named.filter((name) => name !== 'input'),
      ...(when && { when: CONDITIONS[when.as](nameOf(when.of)) }),
      ...(kind === 'stage'
        ? { kind, stage: 'any', input: mapped, ...tries, ...fallback }
        : { kind, schema: {}, show: mapped }),
    };
    return [`s${i}`, step] as const;
  });
  return loadPlan({
    format: 1,
    pipeline: 'random',
    inputSchema: {},
    steps: Object.fromEntries(steps),
    output: { $ref: ['input'] },
  });
}

/** The end of every step: what it was started with, or that it was skipped or failed; more than one entry is a step that began twice. */
type Story = Map<string, unknown[]>;

/** A run of a plan: commands in flight, events on their way to the coordinator in the order of their commits, and what it knows. */
class Run {
  readonly story: Story = new Map();
  private readonly marks = new Map<string, StepMark>();
  private readonly inFlight: WantedStep[] = [];
  private readonly events: { step: string; output: unknown; next: readonly string[]; skipped: readonly string[] }[] =
    [];
  private scope: Scope = { input: { on: true, of: 'in' } };

  constructor(
    private readonly plan: LoadedPlan,
    private readonly drawn: readonly Sketch[],
    private readonly mayHandOff: boolean,
  ) {}

  /** Runs to the end; `choose` says which of n possible things happens next. */
  toEnd(choose: (n: number) => number): void {
    this.coordinate();
    while (this.inFlight.length + this.events.length > 0) {
      const choice = choose(this.inFlight.length + (this.events.length > 0 ? 1 : 0));
      if (choice < this.inFlight.length) this.finish(this.inFlight.splice(choice, 1)[0]!);
      else this.receive();
    }
  }

  isOver(): boolean {
    return this.plan.order.every((step) => ['completed', 'skipped'].includes(this.marks.get(step)!));
  }

  private finish({ step, kind, known }: WantedStep): void {
    const { on, handsOff } = this.drawn[Number(step.slice(1))]!;
    const output = { on, of: `output of ${step}` };
    const off =
      kind === 'stage' && handsOff && this.mayHandOff
        ? handOff(this.plan, step, { ...known, [step]: output })
        : undefined;
    for (const next of off?.wanted ?? []) this.begin(next);
    this.events.push({ step, output, next: off?.wanted.map((next) => next.step) ?? [], skipped: off?.skipped ?? [] });
  }

  private receive(): void {
    const { step, output, next, skipped } = this.events.shift()!;
    this.end(step, output);
    for (const one of next) this.marks.set(one, 'begun');
    for (const one of skipped) this.skip(one);
    this.coordinate();
  }

  private coordinate(): void {
    const { wanted, skipped, failed } = advance(this.plan, { scope: this.scope, mark: (step) => this.marks.get(step) });
    skipped.forEach((step) => this.skip(step));
    for (const next of wanted) {
      this.marks.set(next.step, 'begun');
      this.begin(next);
      expect(inputOf(this.plan, next.step, this.scope)).toEqual(next.input);
    }
    for (const { step } of failed) {
      this.tell(step, 'failed');
      this.end(step, { on: true });
    }
    if (failed.length > 0) this.coordinate();
  }

  private begin(next: WantedStep): void {
    this.tell(next.step, { input: next.input });
    this.inFlight.push(next);
  }

  private end(step: string, output: unknown): void {
    this.scope = { ...this.scope, [step]: output };
    this.marks.set(step, 'completed');
  }

  private skip(step: string): void {
    this.tell(step, 'skipped');
    this.marks.set(step, 'skipped');
  }

  private tell(step: string, what: unknown): void {
    this.story.set(step, [...(this.story.get(step) ?? []), what]);
  }
}

const inNameOrder = (story: Story) => [...story].sort(([a], [b]) => a.localeCompare(b));

test('however hand-offs and the coordinator interleave, every step begins or is skipped once, with the same input, and the run ends', () => {
  let handedOff = 0;
  const property = fc.property(sketches, fc.infiniteStream(fc.nat(1_000)), (drawn, chances) => {
    const plan = planOf(drawn);
    const alone = new Run(plan, drawn, false);
    alone.toEnd(() => 0);
    const together = new Run(plan, drawn, true);
    together.toEnd((n) => (chances.next().value as number) % n);
    expect(alone.isOver() && together.isOver()).toBe(true);
    expect([...together.story.values()].filter((told) => told.length !== 1)).toEqual([]);
    expect(inNameOrder(together.story)).toEqual(inNameOrder(alone.story));
    handedOff += plan.order.filter((step) => plan.isHandedOff(step)).length;
  });
  fc.assert(property, { numRuns: 500 });
  expect(handedOff).toBeGreaterThan(100);
});

test('what travels is read further down, and never what the step gives itself', () => {
  fc.assert(
    fc.property(sketches, (drawn) => {
      const plan = planOf(drawn);
      for (const step of plan.order) {
        const below = plan.successors(step).filter(plan.isHandedOff);
        const text = JSON.stringify(
          below.flatMap(function down(name): unknown[] {
            return [plan.step(name), ...plan.successors(name).filter(plan.isHandedOff).flatMap(down)];
          }),
        );
        expect(plan.carries(step)).not.toContain(step);
        for (const name of plan.carries(step)) expect(text).toMatch(new RegExp(`\\b${name}\\b`));
      }
    }),
    { numRuns: 200 },
  );
});

test('the hash follows from the content, not from the order of keys', () => {
  fc.assert(
    fc.property(sketches, (drawn) => {
      const { plan, hash } = planOf(drawn);
      const reversed = { ...plan, steps: Object.fromEntries(Object.entries(plan.steps).reverse()) };
      expect(loadPlan(reversed).hash).toBe(hash);
      expect(loadPlan({ ...plan, pipeline: 'other' }).hash).not.toBe(hash);
      expect(hash).toMatch(/^[0-9a-f]{32}$/);
    }),
    { numRuns: 100 },
  );
});
