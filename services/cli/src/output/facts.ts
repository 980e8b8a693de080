import type { Fact } from '@millrace/contracts';
import { millisOf } from './output.js';
import { type Colour, oneLine, paint, type Terminal } from './terminal.js';

/** A mark, its colour and what is said about the fact. */
type Line = readonly [mark: string, colour: Colour, text: string];
type Lines<Type extends Fact['type']> = { readonly [Each in Type]: (fact: Fact & { readonly type: Each }) => Line };
type StepFact = Fact['type'] & `step.${string}`;
type RunFact = Fact['type'] & `run.${string}`;

/** One line for people about what happened, with the seconds since the run was accepted. */
export function factLine(fact: Fact, since: number, terminal: Pick<Terminal, 'colours'>): string {
  const [mark, colour, text] = lineOf(fact);
  const at = paint(terminal, 'grey', `${((fact.at - since) / 1_000).toFixed(3)}s`.padStart(9));
  return `${at} ${paint(terminal, colour, mark)} ${labelOf(fact).padEnd(10)} ${text}`.trimEnd();
}

function lineOf<Type extends Fact['type']>(fact: Fact & { readonly type: Type }): Line {
  const line: Lines<Type>[Type] = LINES[fact.type];
  return line(fact);
}

/** The step that a fact is about, or what has become of the run. */
function labelOf(fact: Fact): string {
  if ('from' in fact && (fact.type === 'run.moved' || fact.type === 'run.move-refused')) return fact.from;
  if (fact.type === 'run.compensating') return 'undoing';
  return fact.type.startsWith('step.') && 'step' in fact && fact.step ? fact.step : fact.type.replace('run.', '');
}

const words = (...all: readonly (string | undefined)[]): string => all.filter(Boolean).join(' ');

const STEP_LINES: Lines<StepFact> = {
  'step.requested': ({ step, stage, child, fallback, attempt }) => {
    const by = stage ?? child ?? '';
    const text = fallback ? `fallback ${by}` : by === step ? '' : by;
    return ['▸', 'grey', words(text, attempt > 1 ? `(attempt ${attempt})` : '')];
  },
  'step.completed': ({ at, startedAt, summary, output }) => {
    const gist = summary === undefined ? gistOf(output) : oneLine(summary);
    return ['✓', 'green', [gist, millisOf(at - startedAt)].filter(Boolean).join('  ')];
  },
  'step.lookup': () => ['?', 'grey', 'looks its output up in the cache'],
  'step.cached': ({ output, summary, executedBy }) => [
    '≡',
    'green',
    words(summary === undefined ? gistOf(output) : oneLine(summary), `cached, by ${executedBy}`),
  ],
  'step.lookup-dropped': () => ['‖', 'yellow', 'looks its output up again when the run goes on'],
  'step.failed': ({ failure }) => ['✗', 'red', `${failure.code} ${oneLine(failure.message)}`],
  'step.retrying': ({ at, due }) => ['↻', 'yellow', `again in ${millisOf(Math.max(0, due - at))}`],
  'step.deferred': ({ waitsFor }) => [
    '‖',
    'yellow',
    words('waits for its turn to call a model', waitsFor === undefined ? '' : `(${oneLine(waitsFor)})`),
  ],
  'step.prolonged': () => ['‖', 'yellow', 'waits on: its stage is, or was, paused'],
  'step.skipped': () => ['–', 'grey', 'skipped'],
  'step.spread': (fact) => ['▸', 'grey', spreadText(fact)],
  'step.replayed': ({ output }) => ['≡', 'grey', gistOf(output)],
  'step.valued': ({ output }) => ['✓', 'green', gistOf(output)],
  'step.item-failed': ({ failure }) => ['✗', 'yellow', `passed over: ${failure.code}`],
  'step.gathered': () => ['✓', 'green', 'all items'],
  'step.child': ({ status }) => ['‖', 'yellow', `its run is ${status}`],
  'step.waiting': (fact) => ['‖', 'yellow', waitText(fact)],
  'step.claimed': (fact) => [
    '‖',
    'yellow',
    words('claimed', byOf(fact), fact.from === undefined ? '' : `from ${oneLine(fact.from)}`),
  ],
  'step.unclaimed': (fact) => ['‖', 'yellow', words('given back', byOf(fact))],
  'step.escalated': (fact) => ['↑', 'yellow', `goes to ${recipientOf(fact) || 'nobody in particular'}`],
  'step.answered': (fact) => ['✓', 'green', words('answered', byOf(fact), gistOf(fact.output))],
  'step.signal-kept': (fact) => ['•', 'grey', words('signal kept', byOf(fact))],
  'step.answer-refused': ({ failure }) => ['✗', 'red', `answer refused: ${oneLine(failure.message)}`],
  'step.defaulted': ({ output, failure }) => {
    const text = ['default', gistOf(output), failure && `for ${failure.code}`].filter(Boolean).join('  ');
    return ['✓', 'yellow', text];
  },
  'step.dead-lettered': ({ deadLetter, failure }) => ['✗', 'red', `parked as ${deadLetter}: ${failure.code}`],
  'step.redriven': (fact) => ['↻', 'blue', words('redriven', byOf(fact))],
};

const RUN_LINES: Lines<RunFact> = {
  'run.accepted': (fact) => ['•', 'blue', acceptedText(fact)],
  'run.queued': ({ hold }) => ['‖', 'yellow', hold ? 'waits for its turn under its hold key' : 'waits for its turn'],
  'run.begun': () => ['•', 'blue', ''],
  'run.paused': (fact) => ['‖', 'yellow', actOf(fact)],
  'run.resumed': (fact) => ['•', 'blue', actOf(fact)],
  'run.moved': (fact) => ['⇄', 'blue', words(`goes on from here with plan ${fact.plan}`, byOf(fact))],
  'run.move-refused': ({ failure }) => ['✗', 'red', `not moved: ${oneLine(failure.message)}`],
  'run.compensating': (fact) => [
    '↶',
    'yellow',
    words(fact.step, fact.failure?.code, byOf(fact), fact.reason && oneLine(fact.reason)),
  ],
  'run.completed': () => ['✓', 'green', ''],
  'run.failed': ({ step, failure, handler }) => [
    '✗',
    'red',
    words(step, failure.code, oneLine(failure.message), handler && `handled by ${handler}`),
  ],
  'run.cancelled': (fact) => ['⊘', 'red', actOf(fact)],
};

const LINES: Lines<Fact['type']> = { ...STEP_LINES, ...RUN_LINES };

function waitText(fact: Fact & { type: 'step.waiting' }): string {
  if (fact.kind === 'sleep')
    return `sleeps${fact.due === undefined ? '' : ` until ${new Date(fact.due).toISOString()}`}`;
  return [`waits for a ${fact.kind}${sourceOf(fact)}`, recipientOf(fact)].filter(Boolean).join(' by ');
}

function spreadText({ as, items, keys }: Fact & { type: 'step.spread' }): string {
  if (as === 'race') return `races ${keys?.join(', ')}`;
  if (as === 'loop') return `up to ${items} rounds`;
  return keys ? `${items} items in ${keys.length} chunks` : `${items} items`;
}

const byOf = ({ by }: { by?: string | undefined }): string => (by === undefined ? '' : `by ${oneLine(by)}`);

const actOf = (fact: { by?: string | undefined; reason?: string | undefined }): string =>
  [byOf(fact), fact.reason && oneLine(fact.reason)].filter(Boolean).join(': ');

const sourceOf = ({ from }: Fact & { type: 'step.waiting' }): string =>
  from ? ` for ${oneLine(from.key)} from ${oneLine(from.topic)}` : '';

const recipientOf = ({ assignee, group }: { assignee?: string | undefined; group?: string | undefined }): string =>
  oneLine(assignee ?? group ?? '');

/** The few short values of an output that say what came of it. */
export function gistOf(output: unknown): string {
  if (typeof output !== 'object' || output === null) return wordOf('', output) ?? '';
  const words = Object.entries(output).map(([name, value]) => wordOf(name, value));
  return words
    .filter((word) => word !== undefined)
    .slice(0, 3)
    .join(' ');
}

/** Times, message ids and the like say nothing of what came of a step. */
const NOISE = /^\d{4}-\d\d-\d\dT|^<.*>$/;

function wordOf(name: string, value: unknown): string | undefined {
  switch (typeof value) {
    case 'string': {
      const word = oneLine(value);
      return word.length > 0 && word.length <= 40 && !NOISE.test(word) ? word : undefined;
    }
    case 'number':
      return Number.isInteger(value) ? String(value) : value.toFixed(2);
    case 'boolean':
      return value ? name || 'yes' : `not ${name}`.trim();
    case 'object':
      return Array.isArray(value) && value.length > 0 ? `${value.length} ${name}` : undefined;
    default:
      return undefined;
  }
}

function acceptedText({ pipeline, startAt, queued, behind }: Fact & { type: 'run.accepted' }): string {
  if (startAt !== undefined) return `${pipeline}  begins at ${new Date(startAt).toISOString()}`;
  if (behind !== undefined) return `${pipeline}  waits for ${behind}, which holds its key up`;
  return queued ? `${pipeline}  waits for its turn` : pipeline;
}
