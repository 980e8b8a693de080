import { waysOf } from './choices.js';
import { type Doc, putInto, refTo } from './document.js';
import { type At, docWhere, type Edge, joined } from './edges.js';
import { attempt, CannotMap, jsonPath, keysOf, type Known, templateOf } from './expressions.js';
import { FOREIGN, Machine, orderOf, type State } from './machine.js';
import { camel } from './naming.js';
import { outcomeOf } from './outcome.js';
import { givenTo, mapStep, said, type Step, taskStep, waitStep } from './work.js';

/** Something of a state machine that a pipeline does not have. */
export interface Unmapped {
  readonly state: string;
  readonly field: string;
  readonly why: string;
  readonly instead: string;
}

export interface Imported {
  /** As a document of docs/yaml.md. */
  readonly pipeline: Readonly<Record<string, unknown>>;
  readonly unmapped: readonly Unmapped[];
}

/** Turns a state machine of Step Functions into a pipeline, and names what it cannot map. Throws a ZodError for what is no state machine. */
export function importMachine(json: unknown, name: string): Imported {
  const machine = Machine.parse(json);
  const unmapped: Unmapped[] = [];
  const { steps, output } = new Import(machine, { unmapped, steps: {} }).all({
    input: refTo('input'),
    variables: new Map(),
  });
  return { pipeline: { pipeline: name, steps, ...(output !== null && { output }) }, unmapped };
}

interface Shared {
  readonly unmapped: Unmapped[];
  /** All steps that there are, those within others too. */
  readonly steps: Record<string, Step>;
}

class Import {
  private readonly steps: Record<string, Step> = {};
  private readonly edges = new Map<string, Edge[]>();
  private readonly ends: Edge[] = [];

  constructor(
    private readonly machine: Machine,
    private readonly shared: Shared,
    private readonly around: Pick<Known, 'item' | 'index'> & { jsonata?: boolean } = {},
  ) {}

  all(
    known: Known,
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
    this.lead(machine.StartAt, { when: undefined, after: [], doc: known.input, variables: known.variables, ...start });
    for (const name of order) this.state(name, machine.States[name]!);
    return {
      steps: this.steps,
      output: said(
        { failed: (error, field) => this.cannot('(end)', field, error) },
        'Output',
        this.ends.length > 0 ? this.meeting('output', this.ends) : null,
      ),
      ends: this.ends,
    };
  }

  private cannot(state: string, field: string, { why, instead }: CannotMap): void {
    this.shared.unmapped.push({ state, field, why, instead });
  }

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
    const path = state['InputPath'];
    const input =
      isJsonata || path === undefined
        ? arrived.doc
        : path === null
          ? {}
          : attempt(
              () => jsonPath(String(path), { ...this.around, input: arrived.doc, variables: arrived.variables }),
              'InputPath',
              failed,
            );
    const known: Known = { ...this.around, input, variables: arrived.variables };
    const at: At = { name, state, arrived, known, isJsonata, failed };
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
        return this.cannot(
          name,
          'Type',
          new CannotMap(
            'a run cannot be ended as failed by a step of its own',
            'let a stage throw a failure that is not retried',
          ),
        );
    }
  }

  /** Fields that a pipeline has nothing for. */
  private foreign({ name, state }: At): void {
    for (const [field, instead] of Object.entries(FOREIGN))
      if (state[field] !== undefined)
        this.cannot(name, field, new CannotMap('there is nothing like it in a pipeline', instead));
  }

  /** What is given where ways meet. */
  private meeting(name: string, ways: readonly Edge[]): Doc {
    const whenOf = (step: string): string | undefined => this.shared.steps[step]?.['when'] as string | undefined;
    return docWhere(ways, whenOf, ({ doc, when, after }) => {
      const failed = (error: CannotMap): void => this.cannot(name, '(input)', error);
      return refTo(this.added(name, { value: said({ failed }, '(input)', doc) }, { when, after }));
    });
  }

  private add(at: At, step: Step): string {
    return this.added(at.name, step, at.arrived);
  }

  private added(state: string, step: Step, { when, after }: Pick<Edge, 'when' | 'after'>): string {
    const base = camel(state);
    let name = base;
    for (let i = 2; this.shared.steps[name]; i++) name = `${base}${i}`;
    const made = { ...step, ...(when !== undefined && { when }), ...(after.length > 0 && { after }) };
    this.steps[name] = this.shared.steps[name] = made;
    return name;
  }

  private map(at: At): Step {
    return mapStep(at, (machine, input, around) => {
      const inner = new Import(machine, this.shared, { ...around, jsonata: at.isJsonata });
      return inner.all({ input, variables: at.known.variables });
    });
  }

  private parallel(at: At): void {
    const { state, arrived, known, failed } = at;
    const input = givenTo(at);
    const branches = ((state['Branches'] ?? []) as unknown[]).map((branch) => {
      const machine = Machine.parse(branch);
      const inner = new Import(machine, this.shared, { ...this.around, jsonata: at.isJsonata });
      const { steps, output, ends } = inner.all(
        { input, variables: known.variables },
        { when: arrived.when, after: arrived.after },
      );
      Object.assign(this.steps, steps);
      return { output, after: ends.flatMap(({ after }) => after) };
    });
    for (const field of ['Retry', 'Catch'])
      if (state[field] !== undefined)
        failed(
          new CannotMap(
            'it is for all branches together',
            'say it at the steps of the branches, or make a sub-pipeline of them',
          ),
          field,
        );
    const after = [...new Set([...arrived.after, ...branches.flatMap((branch) => branch.after)])];
    const name = this.add({ ...at, arrived: { ...arrived, after } }, { value: branches.map(({ output }) => output) });
    this.leave(at, { edge: { ...arrived, after: [name] }, result: refTo(name), to: state.Next });
  }

  private pass(at: At): void {
    const { state, known, isJsonata, failed, arrived } = at;
    const field = isJsonata ? 'Output' : state['Result'] === undefined ? 'Parameters' : 'Result';
    if (state[field] === undefined) return this.leave(at, { edge: arrived, result: known.input, to: state.Next });
    const value =
      field === 'Result'
        ? { $literal: state['Result'] as Doc }
        : templateOf(state[field], known, { jsonata: isJsonata, failed }, field);
    const name = this.add(at, { value: said(at, field, value) });
    // What was made of its input is looked into, as far as it is known, so that no step waits for it that need not.
    this.leave(at, { edge: { ...arrived, after: [name] }, result: refTo(name), to: state.Next, isWhole: isJsonata });
  }

  /** A step that does something: it may fail, and gives something unless `result` says what. */
  private worked(at: At, step: Step, result?: Doc): void {
    const { state, name, arrived } = at;
    const catchers = (state['Catch'] ?? []) as readonly Record<string, unknown>[];
    const all = catchers.find(({ ErrorEquals }) =>
      (ErrorEquals as string[]).some((error) => ['States.ALL', 'States.TaskFailed'].includes(error)),
    );
    for (const one of catchers)
      if (one !== all)
        this.cannot(
          name,
          'Catch',
          new CannotMap(
            `${(one['ErrorEquals'] as string[]).join(', ')} cannot be told from other errors`,
            'let the stage answer with what went wrong, and test that',
          ),
        );
    const made = this.add(at, { ...step, ...(all && { onFailure: { default: { failed: true } } }) });
    const when = (text: string): string => (arrived.when === undefined ? text : `(${arrived.when}) && ${text}`);
    const after = { ...arrived, after: [made] };
    if (all) {
      this.cannot(
        name,
        'Catch',
        new CannotMap(
          'what went wrong is not known to the state that it leads to: it is given { failed: true }',
          'let the stage answer with what went wrong, and test that',
        ),
      );
      const caught = putInto(
        arrived.doc,
        typeof all['ResultPath'] === 'string' ? keysOf(all['ResultPath']) : [],
        refTo(made),
      );
      this.lead(String(all['Next']), { ...after, when: when(`has(${made}.failed)`), doc: caught });
    }
    const edge = all ? { ...after, when: when(`!has(${made}.failed)`) } : after;
    this.leave(at, {
      edge,
      result: result === null ? at.known.input : (at.wrap?.(refTo(made)) ?? refTo(made)),
      to: state.Next,
    });
  }

  private choice({ state, known, arrived, failed }: At): void {
    for (const { to, when } of waysOf(state, known, failed)) {
      const parts = [arrived.when, when].filter((part) => part !== undefined);
      const text = parts.map((part) => (parts.length > 1 ? `(${part})` : part)).join(' && ');
      this.lead(to, { ...arrived, when: text === '' ? undefined : text, doc: known.input });
    }
  }

  private leave(
    at: At,
    { edge, result, to, isWhole }: { edge: Edge; result: Doc | undefined; to: string | undefined; isWhole?: boolean },
  ): void {
    this.lead(to, { ...edge, ...outcomeOf(at, { result, variables: edge.variables, isWhole: isWhole ?? false }) });
  }
}
