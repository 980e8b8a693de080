import { present } from '@millrace/contracts';
import { waysOf } from './choices.js';
import { type Doc, fieldsOf, refTo } from './document.js';
import { type At, docWhere, type Edge, joined } from './edges.js';
import { retryOf, standInOf, waysFrom } from './failing.js';
import { CannotMap, type ExpressionScope, templateOf } from './expressions.js';
import { FOREIGN, StateMachine, orderOf, type State } from './machine.js';
import { camel } from './naming.js';
import { inputOf, outcomeOf } from './outcome.js';
import { failStep, failWith, givenTo, mapStep, said, type Step, taskStep, together, waitStep } from './work.js';

/** Something of a state machine that a pipeline does not have. */
export interface Unmapped {
  readonly state: string;
  readonly field: string;
  readonly why: string;
  readonly instead: string;
}

export interface Imported {
  /** The document in the form of docs/reference/yaml.md. */
  readonly pipeline: Readonly<Record<string, unknown>>;
  readonly unmapped: readonly Unmapped[];
}

/** Turns a state machine of Step Functions into a pipeline, and names what it cannot map. Throws a ZodError for what is no state machine. */
export function importMachine(json: unknown, name: string): Imported {
  const machine = StateMachine.parse(json);
  const unmapped: Unmapped[] = [];
  const { steps, output } = new Import(machine, { unmapped, steps: {}, fields: new Map() }).all({
    input: refTo('input'),
    variables: new Map(),
  });
  const { TimeoutSeconds: seconds } = machine;
  const deadline = typeof seconds === 'number' ? { deadline: `${seconds}s` } : {};
  // What is caught by nobody ends an execution.
  const failing = { onFailure: {}, ...deadline };
  return { pipeline: { pipeline: name, ...failing, steps, ...(output !== null && { output }) }, unmapped };
}

interface Shared {
  readonly unmapped: Unmapped[];
  /** All steps that there are, those within others too. */
  readonly steps: Record<string, Step>;
  /** The fields of what some of them give. */
  readonly fields: Map<string, readonly string[] | undefined>;
}

class Import {
  private readonly steps: Record<string, Step> = {};
  private readonly edges = new Map<string, Edge[]>();
  private readonly ends: Edge[] = [];

  constructor(
    private readonly machine: StateMachine,
    private readonly shared: Shared,
    private readonly around: Pick<ExpressionScope, 'item' | 'index'> & { jsonata?: boolean } = {},
  ) {}

  all(
    scope: ExpressionScope,
    start: Partial<Edge> = {},
  ): { steps: Readonly<Record<string, Step>>; output: Doc; ends: readonly Edge[] } {
    const { machine } = this;
    const order = orderOf(machine, (from, to) =>
      this.cannot(
        from,
        'Next',
        new CannotMap(`it leads back to "${to}"`, 'write what is repeated as a step with `until`, `max` and `do`'),
      ),
    );
    this.lead(machine.StartAt, { when: undefined, after: [], doc: scope.input, variables: scope.variables, ...start });
    for (const name of order) this.state(name, present(machine.States[name], `state "${name}"`));
    return {
      steps: this.steps,
      output: said(
        { failed: (error, field) => this.cannot('(end)', field, error), fieldsOf: this.fieldsOf },
        'Output',
        this.ends.length > 0 ? this.meeting('output', this.ends) : null,
      ),
      ends: this.ends,
    };
  }

  private cannot(state: string, field: string, { why, instead }: CannotMap): void {
    this.shared.unmapped.push({ state, field, why, instead });
  }

  private readonly fieldsOf = (step: string) => this.shared.fields.get(step);

  private lead(to: string | undefined, edge: Edge): void {
    if (to === undefined) this.ends.push(edge);
    else this.edges.set(to, [...(this.edges.get(to) ?? []), edge]);
  }

  private isJsonata(state: State): boolean {
    return (
      (state.QueryLanguage ?? this.machine.QueryLanguage ?? (this.around.jsonata ? 'JSONata' : 'JSONPath')) ===
      'JSONata'
    );
  }

  private state(name: string, state: State): void {
    const edges = this.edges.get(name) ?? [];
    if (edges.length === 0) return;
    const arrived = joined(edges, (ways) => this.meeting(name, ways));
    const isJsonata = this.isJsonata(state);
    const failed = (error: CannotMap, at: string): void => this.cannot(name, at, error);
    const { doc, variables } = arrived;
    const before: ExpressionScope = { ...this.around, input: doc, variables };
    const input = isJsonata ? doc : inputOf(state, before, failed);
    const scope = { ...before, input };
    const at: At = { name, state, arrived, scope, isJsonata, failed, fieldsOf: this.fieldsOf };
    this.foreign(at);
    switch (state.Type) {
      case 'Choice':
        return this.choice(at);
      case 'Task':
        return this.worked(at, taskStep(at));
      case 'Pass':
        return this.pass(at);
      case 'Wait':
        return this.worked(at, waitStep(at), null);
      case 'Map':
        return this.worked(at, this.map(at));
      case 'Parallel':
        return this.parallel(at);
      case 'Succeed':
        return this.leave(at, { edge: arrived, result: undefined, to: undefined });
      case 'Fail':
        return void this.add(at, failStep(at));
    }
  }

  /** Fields that a pipeline has nothing for. */
  private foreign({ name, state }: At): void {
    for (const [field, instead] of Object.entries(FOREIGN))
      if (state[field] !== undefined)
        this.cannot(name, field, new CannotMap('there is nothing like it in a pipeline', instead));
  }

  /** Returns the document where ways meet. */
  private meeting(name: string, ways: readonly Edge[]): Doc {
    const whenOf = (step: string): string | undefined => this.shared.steps[step]?.['when'] as string | undefined;
    return docWhere(ways, whenOf, ({ doc, when, after }) => {
      const failed = (error: CannotMap): void => this.cannot(name, '(input)', error);
      return refTo(
        this.added(name, { value: said({ failed, fieldsOf: this.fieldsOf }, '(input)', doc) }, { when, after }),
      );
    });
  }

  private add(at: At, step: Step): string {
    return this.added(at.name, step, at.arrived);
  }

  private added(state: string, step: Step, { when, after }: Pick<Edge, 'when' | 'after'>): string {
    const name = this.nameFor(state);
    const made = { ...step, ...(when !== undefined && { when }), ...(after.length > 0 && { after }) };
    this.steps[name] = this.shared.steps[name] = made;
    return name;
  }

  private nameFor(state: string): string {
    const base = camel(state);
    let name = base;
    for (let i = 2; this.shared.steps[name]; i++) name = `${base}${i}`;
    return name;
  }

  private map(at: At): Step {
    const step = mapStep(at, (machine, input, around) =>
      this.within(at, machine, around).all({ input, variables: at.scope.variables }),
    );
    if (at.state['Retry'] === undefined) return step;
    const name = this.nameFor(at.name);
    this.shared.steps[name] = step;
    return together({ [name]: step }, refTo(name), retryOf(at.state));
  }

  private within({ isJsonata }: At, machine: StateMachine, around = this.around): Import {
    return new Import(machine, this.shared, { ...around, jsonata: isJsonata });
  }

  private parallel(at: At): void {
    const { state, arrived, scope } = at;
    const isWhole = state['Retry'] !== undefined || state['Catch'] !== undefined;
    const input = givenTo(at);
    const branches = ((state['Branches'] ?? []) as unknown[]).map((branch) => {
      const start = isWhole ? {} : { when: arrived.when, after: arrived.after };
      return this.within(at, StateMachine.parse(branch)).all({ input, variables: scope.variables }, start);
    });
    const steps = Object.assign({}, ...branches.map((branch) => branch.steps)) as Record<string, Step>;
    const outputs = branches.map(({ output }) => output);
    if (isWhole) return this.worked(at, together(steps, outputs, retryOf(state)));
    Object.assign(this.steps, steps);
    const ended = branches.flatMap(({ ends }) => ends.flatMap(({ after }) => after));
    const after = [...new Set([...arrived.after, ...ended])];
    const name = this.add({ ...at, arrived: { ...arrived, after } }, { value: outputs });
    this.leave(at, { edge: { ...arrived, after: [name] }, result: refTo(name), to: state.Next });
  }

  private pass(at: At): void {
    const { state, scope, isJsonata, failed, arrived } = at;
    const field = isJsonata ? 'Output' : state['Result'] === undefined ? 'Parameters' : 'Result';
    if (state[field] === undefined) return this.leave(at, { edge: arrived, result: scope.input, to: state.Next });
    const value =
      field === 'Result'
        ? { $literal: state['Result'] as Doc }
        : templateOf(state[field], scope, { jsonata: isJsonata, failed, at: field });
    const name = this.add(at, { value: said(at, field, value) });
    this.shared.fields.set(name, fieldsOf(field === 'Result' ? (state[field] as Doc) : value));
    // What was made of its input is looked into, as far as it is known, so that no step waits for it that need not.
    this.leave(at, { edge: { ...arrived, after: [name] }, result: refTo(name), to: state.Next, isWhole: isJsonata });
  }

  /** A step that does something: it may fail, and gives something unless `result` says what. */
  private worked(at: At, step: Step, result?: Doc): void {
    const { arrived, scope, state } = at;
    const made = this.add(at, { ...step, ...standInOf(at) });
    const { on, caught } = waysFrom(at, made, { ...arrived, after: [made] });
    for (const { to, edge } of caught) this.lead(to, edge);
    const given = result === null ? scope.input : (at.wrap?.(refTo(made)) ?? refTo(made));
    this.leave(at, { edge: on, result: given, to: state.Next });
  }

  private choice(at: At): void {
    const { state, scope, arrived, failed, name } = at;
    for (const { to, when } of waysOf(state, scope, failed)) {
      const parts = [arrived.when, when].filter((part) => part !== undefined);
      const text = parts.map((part) => (parts.length > 1 ? `(${part})` : part)).join(' && ');
      const edge = { ...arrived, when: text === '' ? undefined : text, doc: scope.input };
      if (to === undefined) this.added(name, failWith('States.NoChoiceMatched'), edge);
      else this.lead(to, edge);
    }
  }

  private leave(
    at: At,
    { edge, result, to, isWhole }: { edge: Edge; result: Doc | undefined; to: string | undefined; isWhole?: boolean },
  ): void {
    this.lead(to, { ...edge, ...outcomeOf(at, { result, variables: edge.variables, isWhole: isWhole ?? false }) });
  }
}
