import type { SpanKind } from './spans.js';

/** The number of a step's items that have a name of their own in spans: backends keep a list of all names. */
const NAMED_ITEMS = 100;

/** `embed item 3`: the step of an item, and which one. */
export function stepText(step: string, item?: string): string {
  if (item === undefined) return step;
  return `${step} item ${Number(item) >= NAMED_ITEMS ? `${NAMED_ITEMS}+` : item}`;
}

/** The names of all spans. Names have few different values: what differs from run to run is an attribute. */
export const SPAN = {
  request: (method: string, route: string) => `${method} ${route}`,
  send: (topic: string) => `send ${topic}`,
  process: (topic: string) => `process ${topic}`,
  run: (pipeline: string) => `run ${pipeline}`,
  accepted: 'accepted',
  step: (step: string, item?: string) => `step ${stepText(step, item)}`,
  wait: (step: string, item?: string) => `wait ${stepText(step, item)}`,
  backOff: (step: string, item?: string) => `back off ${stepText(step, item)}`,
  lookup: (step: string, item?: string) => `look up ${stepText(step, item)}`,
  commit: 'store commit',
  whole: 'whole run',
  model: (operation: string, model: string) => `${operation} ${model}`,
} as const;

export interface SpanRow {
  /** As people read it: capitals stand for what differs. */
  readonly span: string;
  readonly names: RegExp;
  readonly toldBy: 'gateway' | 'coordinator' | 'stage';
  readonly kind: SpanKind;
  /** The spans that its parent may be: other rows; `caller` is a span of somebody else, `none` makes it a root. */
  readonly parents: readonly (string | 'caller' | 'none')[];
  /** The spans that it is linked to: rows. A link is never to the parent. */
  readonly links: readonly (string | 'caller')[];
  /** Says which time the span covers. */
  readonly time: string;
  /** Exported before the coordinator goes on, and told again by the next owner where a crash came between. */
  readonly isTold?: true;
}

/** Every span of Millrace, and where it stands: the code, the table in docs/reference/traces.md and the test in Jaeger are held to it. */
export const SPANS: readonly SpanRow[] = [
  {
    span: 'METHOD ROUTE',
    names: /^(?:GET|POST|PUT|PATCH|DELETE) /,
    toldBy: 'gateway',
    kind: 'server',
    parents: ['caller', 'none'],
    links: [],
    time: 'the request, until it is answered',
  },
  {
    span: 'send INTAKE',
    names: /^send \S*intake$/,
    toldBy: 'gateway',
    kind: 'producer',
    parents: ['METHOD ROUTE'],
    links: [],
    time: 'until Kafka has the record',
  },
  {
    span: 'run PIPELINE',
    names: /^run /,
    toldBy: 'coordinator',
    kind: 'internal',
    parents: ['send INTAKE', 'caller', 'accepted', 'none'],
    links: ['caller', 'accepted'],
    time: 'from acceptance to the end, or to the first wait; exported then',
    isTold: true,
  },
  {
    span: 'accepted',
    names: /^accepted$/,
    toldBy: 'coordinator',
    kind: 'internal',
    parents: ['run PIPELINE'],
    links: [],
    time: 'the moment in which the run was taken on: the parent of all that the run does',
    isTold: true,
  },
  {
    span: 'process TOPIC',
    names: /^process \S*(?:intake|runs)$/,
    toldBy: 'coordinator',
    kind: 'consumer',
    parents: ['accepted'],
    links: ['send INTAKE', 'caller'],
    time: 'taking the run on, until the store has it',
  },
  {
    span: 'send STAGE',
    names: /^send \S*stage\./,
    toldBy: 'coordinator',
    kind: 'producer',
    parents: ['accepted'],
    links: [],
    time: 'from the decision until the store has it; the command is in Kafka with the batch’s transaction',
  },
  {
    span: 'send STAGE (hand-off)',
    names: /^send \S*stage\./,
    toldBy: 'stage',
    kind: 'producer',
    parents: ['step STEP'],
    links: [],
    time: 'making the command; it is in Kafka with the answer’s transaction',
  },
  {
    span: 'step STEP',
    names: /^step /,
    toldBy: 'stage',
    kind: 'consumer',
    parents: ['accepted'],
    links: ['send STAGE', 'send STAGE (hand-off)', 'step STEP'],
    time: 'one attempt, from its turn to its answer',
  },
  {
    span: 'wait STEP',
    names: /^wait /,
    toldBy: 'coordinator',
    kind: 'internal',
    parents: ['accepted'],
    links: [],
    time: 'until an answer, a signal, a time or a deadline; whole milliseconds, from the history',
  },
  {
    span: 'back off STEP',
    names: /^back off /,
    toldBy: 'coordinator',
    kind: 'internal',
    parents: ['accepted'],
    links: [],
    time: 'from a failed attempt to the next request; whole milliseconds, from the history',
  },
  {
    span: 'look up STEP',
    names: /^look up /,
    toldBy: 'coordinator',
    kind: 'internal',
    parents: ['accepted'],
    links: [],
    time: 'until the cache has the output, or the stage is asked; says which by `millrace.cache.hit`; whole milliseconds, from the history',
  },
  {
    span: 'store commit',
    names: /^store commit$/,
    toldBy: 'coordinator',
    kind: 'client',
    parents: ['accepted'],
    links: [],
    time: 'the PostgreSQL transaction of the batch that the run was part of',
  },
  {
    span: 'whole run',
    names: /^whole run$/,
    toldBy: 'coordinator',
    kind: 'internal',
    parents: ['accepted'],
    links: [],
    time: 'of a run that has waited, when it ends: from acceptance to the end',
    isTold: true,
  },
  {
    span: 'OPERATION MODEL',
    names: /^(?:chat|embeddings|rerank) /,
    toldBy: 'stage',
    kind: 'client',
    parents: ['step STEP'],
    links: [],
    time: 'one call of a model (`chat`, `embeddings`, `rerank`), with its wait for a quota, by OpenTelemetry’s GenAI conventions',
  },
];
