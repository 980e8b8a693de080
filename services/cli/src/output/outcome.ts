import type { MillraceClient, RunView, StepView } from '@millrace/client';
import type { CommonOptions } from '../context.js';
import { EXIT } from '../exit.js';
import { shown } from './output.js';
import { commandOf, oneLine, paint, plain, type Terminal } from './terminal.js';

/** Says how a run came out: its output as data, what somebody has to do now in words. @returns the exit code */
export async function tellOutcome(
  run: RunView,
  about: { client: MillraceClient; options: CommonOptions; terminal: Terminal },
): Promise<number> {
  const { output } = about.options;
  const { terminal } = about;
  if (output === 'json' || output === 'yaml' || output === 'name')
    terminal.out(shown(run, output, { name: run.id, text: () => '' }));
  // With jsonl the facts are the data, and the last one has the output.
  else if (output !== 'jsonl' && run.output !== undefined && run.output !== null) {
    terminal.out(outputText(run.output) + '\n');
  }
  switch (run.status) {
    case 'completed':
      return EXIT.ok;
    case 'cancelled':
      terminal.say(`${run.id} was cancelled.\n`);
      return EXIT.cancelled;
    case 'failed':
      terminal.say(failedText(run));
      return EXIT.failed;
    case 'dead-lettered':
      await tellWaits(run, about);
      return EXIT.deadLettered;
    case 'paused':
      terminal.say(`${run.id} is paused. Go on with it: ${commandOf(terminal, `run resume ${run.id}`)}\n`);
      return EXIT.ok;
    default:
      await tellWaits(run, about);
      return EXIT.ok;
  }
}

/** Says for each step that stands still what it waits for; of one that a child run does the work of, what that waits for. */
async function tellWaits(run: RunView, about: { client: MillraceClient; terminal: Terminal }): Promise<void> {
  const { client, terminal } = about;
  for (const step of run.steps) {
    const { name, status, kind, child, childStatus, due } = step;
    if (step.deadLetter !== undefined && status === 'dead-lettered') terminal.say(parkedText(step, terminal));
    else if (status === 'waiting' && kind === 'sleep')
      terminal.say(
        `${paint(terminal, 'yellow', name)} sleeps${due === undefined ? '' : ` until ${due}`}, then ${run.id} goes on.\n`,
      );
    else if (status === 'waiting') terminal.say(await waitingText(run, step, about));
    else if (child !== undefined && (childStatus === 'waiting' || childStatus === 'dead-lettered')) {
      terminal.say(`${paint(terminal, 'yellow', name)} is done by the run ${child}, in which\n`);
      await tellWaits(await client.runs.get(child), about);
    }
  }
}

function failedText({ id, failure }: RunView): string {
  if (!failure) return `${id} has failed.\n`;
  return `${id} has failed: ${failure.code} ${oneLine(failure.message)}\n${failure.remedy}\n`;
}

function parkedText(step: StepView, terminal: Terminal): string {
  const lines = [
    `${paint(terminal, 'red', step.name)} is parked: ${step.failure?.code} ${oneLine(step.failure?.message ?? '')}`,
    ...(step.failure?.remedy ? [step.failure.remedy] : []),
    'When that is done, go on from there with:',
    `  ${commandOf(terminal, `dead-letter redrive ${step.deadLetter}`)}`,
  ];
  return lines.join('\n') + '\n';
}

async function waitingText(
  run: RunView,
  step: StepView,
  { client, terminal }: { client: MillraceClient; terminal: Terminal },
): Promise<string> {
  const review = await client.reviews.get(`${run.id}.${step.name}`);
  const command =
    step.kind === 'review'
      ? commandOf(terminal, `review answer ${review.id}`)
      : commandOf(terminal, `run signal ${run.id} ${step.name}`);
  return [
    `${paint(terminal, 'yellow', step.name)} waits for ${step.kind === 'review' ? 'somebody to decide' : 'a signal'}. Look at it:`,
    `  ${client.url}/runs/${run.id}`,
    'and answer there, or with:',
    `  ${command} ${sampleOf(review.schema)}`,
    '',
  ].join('\n');
}

interface Schema {
  readonly type?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** Options that would make an answer of this schema: what it needs, or all of it where it needs nothing. */
export function sampleOf(schema: unknown): string {
  const { properties, required = [] } = (schema ?? {}) as Schema;
  if (!properties) return "--json '…'";
  const names = required.length > 0 ? required : Object.keys(properties).slice(0, 1);
  return names.map((name) => `--set ${name}=${sampleValue(properties[name] ?? {})}`).join(' ');
}

function sampleValue({ type, enum: choices }: Schema): string {
  if (choices && choices.length > 0) return String(choices[0]);
  if (type === 'boolean') return 'true';
  return type === 'number' || type === 'integer' ? '0' : '"…"';
}

const TEXTS = ['text', 'reply', 'body', 'message'];

/** Returns the readable part of a run's output: its text where it has one, else all of it as JSON. */
export function outputText(output: unknown): string {
  if (typeof output === 'string') return plain(output);
  if (typeof output === 'object' && output !== null) {
    for (const name of TEXTS) {
      const value: unknown = (output as Record<string, unknown>)[name];
      if (typeof value === 'string') return plain(value);
    }
  }
  return plain(JSON.stringify(output, null, 2));
}
