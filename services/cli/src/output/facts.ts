import type { Fact } from '@millrace/contracts';
import { millisOf } from './output.js';
import { type Colour, oneLine, paint, type Terminal } from './terminal.js';

interface Line {
  readonly mark: string;
  readonly colour: Colour;
  readonly step: string;
  readonly text: string;
}

/** One line for people about what happened, with the seconds since the run was accepted. */
export function factLine(fact: Fact, since: number, terminal: Pick<Terminal, 'colours'>): string {
  const { mark, colour, step, text } = lineOf(fact);
  const at = paint(terminal, 'grey', `${((fact.at - since) / 1_000).toFixed(3)}s`.padStart(9));
  return `${at} ${paint(terminal, colour, mark)} ${step.padEnd(10)} ${text}`.trimEnd();
}

function lineOf(fact: Fact): Line {
  switch (fact.type) {
    case 'run.accepted':
      return { mark: '•', colour: 'blue', step: 'accepted', text: acceptedText(fact) };
    case 'step.requested': {
      const again = fact.attempt > 1 ? ` (attempt ${fact.attempt})` : '';
      const by = fact.stage ?? fact.child ?? '';
      const text = fact.fallback ? `fallback ${by}` : by === fact.step ? '' : by;
      return { mark: '▸', colour: 'grey', step: fact.step, text: `${text}${again}`.trim() };
    }
    case 'step.completed': {
      const took = millisOf(fact.at - fact.startedAt);
      return {
        mark: '✓',
        colour: 'green',
        step: fact.step,
        text: [fact.summary === undefined ? gistOf(fact.output) : oneLine(fact.summary), took]
          .filter(Boolean)
          .join('  '),
      };
    }
    case 'step.failed':
      return {
        mark: '✗',
        colour: 'red',
        step: fact.step,
        text: `${fact.failure.code} ${oneLine(fact.failure.message)}`,
      };
    case 'step.retrying':
      return {
        mark: '↻',
        colour: 'yellow',
        step: fact.step,
        text: `again in ${millisOf(Math.max(0, fact.due - fact.at))}`,
      };
    case 'step.prolonged':
      return { mark: '‖', colour: 'yellow', step: fact.step, text: 'waits on: its stage is, or was, paused' };
    case 'step.skipped':
      return { mark: '–', colour: 'grey', step: fact.step, text: 'skipped' };
    case 'step.spread':
      return {
        mark: '▸',
        colour: 'grey',
        step: fact.step,
        text: spreadText(fact),
      };
    case 'step.valued':
      return { mark: '✓', colour: 'green', step: fact.step, text: gistOf(fact.output) };
    case 'step.item-failed':
      return { mark: '✗', colour: 'yellow', step: fact.step, text: `passed over: ${fact.failure.code}` };
    case 'step.gathered':
      return { mark: '✓', colour: 'green', step: fact.step, text: 'all items' };
    case 'step.child':
      return { mark: '‖', colour: 'yellow', step: fact.step, text: `its run is ${fact.status}` };
    case 'step.waiting':
      return {
        mark: '‖',
        colour: 'yellow',
        step: fact.step,
        text:
          fact.kind === 'sleep'
            ? `sleeps${fact.due === undefined ? '' : ` until ${new Date(fact.due).toISOString()}`}`
            : [`waits for a ${fact.kind}${sourceOf(fact)}`, recipientOf(fact)].filter(Boolean).join(' by '),
      };
    case 'step.claimed':
      return {
        mark: '‖',
        colour: 'yellow',
        step: fact.step,
        text: `claimed ${byOf(fact)}${fact.from === undefined ? '' : ` from ${oneLine(fact.from)}`}`,
      };
    case 'step.unclaimed':
      return {
        mark: '‖',
        colour: 'yellow',
        step: fact.step,
        text: ['given back', byOf(fact)].filter(Boolean).join(' '),
      };
    case 'step.escalated':
      return {
        mark: '↑',
        colour: 'yellow',
        step: fact.step,
        text: `goes to ${recipientOf(fact) || 'nobody in particular'}`,
      };
    case 'step.answered':
      return {
        mark: '✓',
        colour: 'green',
        step: fact.step,
        text: ['answered', byOf(fact), gistOf(fact.output)].filter(Boolean).join(' '),
      };
    case 'step.signal-kept':
      return {
        mark: '•',
        colour: 'grey',
        step: fact.step,
        text: ['signal kept', byOf(fact)].filter(Boolean).join(' '),
      };
    case 'step.answer-refused':
      return { mark: '✗', colour: 'red', step: fact.step, text: `answer refused: ${oneLine(fact.failure.message)}` };
    case 'step.defaulted':
      return {
        mark: '✓',
        colour: 'yellow',
        step: fact.step,
        text: ['default', gistOf(fact.output), fact.failure && `for ${fact.failure.code}`].filter(Boolean).join('  '),
      };
    case 'step.dead-lettered':
      return { mark: '✗', colour: 'red', step: fact.step, text: `parked as ${fact.deadLetter}: ${fact.failure.code}` };
    case 'step.redriven':
      return { mark: '↻', colour: 'blue', step: fact.step, text: ['redriven', byOf(fact)].filter(Boolean).join(' ') };
    case 'run.queued':
      return { mark: '‖', colour: 'yellow', step: 'queued', text: 'waits for its turn' };
    case 'run.begun':
      return { mark: '•', colour: 'blue', step: 'begun', text: '' };
    case 'run.paused':
      return { mark: '‖', colour: 'yellow', step: 'paused', text: actOf(fact) };
    case 'run.resumed':
      return { mark: '•', colour: 'blue', step: 'resumed', text: actOf(fact) };
    case 'run.moved':
      return {
        mark: '⇄',
        colour: 'blue',
        step: fact.from,
        text: [`goes on from here with plan ${fact.plan}`, byOf(fact)].filter(Boolean).join(' '),
      };
    case 'run.move-refused':
      return { mark: '✗', colour: 'red', step: fact.from, text: `not moved: ${oneLine(fact.failure.message)}` };
    case 'run.compensating':
      return {
        mark: '↶',
        colour: 'yellow',
        step: 'undoing',
        text: [fact.step, fact.failure?.code, byOf(fact), fact.reason && oneLine(fact.reason)]
          .filter(Boolean)
          .join(' '),
      };
    case 'run.completed':
      return { mark: '✓', colour: 'green', step: 'completed', text: '' };
    case 'run.failed':
      return {
        mark: '✗',
        colour: 'red',
        step: 'failed',
        text: [
          fact.step,
          fact.failure.code,
          oneLine(fact.failure.message),
          fact.handler && `handled by ${fact.handler}`,
        ]
          .filter(Boolean)
          .join(' '),
      };
    case 'run.cancelled':
      return {
        mark: '⊘',
        colour: 'red',
        step: 'cancelled',
        text: actOf(fact),
      };
  }
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

function acceptedText({ pipeline, startAt, queued }: Fact & { type: 'run.accepted' }): string {
  if (startAt !== undefined) return `${pipeline}  begins at ${new Date(startAt).toISOString()}`;
  return queued ? `${pipeline}  waits for its turn` : pipeline;
}
