import type { AttemptView, ModelCallView, RunView, StepView } from '@millrace/client';
import { CliError, EXIT } from '../exit.js';
import { millisOf } from './output.js';
import { oneLine } from './terminal.js';

/** @throws {CliError} not found */
export function stepOfRun(run: RunView, name: string): StepView {
  const step = run.steps.find((one) => one.name === name);
  if (step) return step;
  const names = run.steps.map((one) => one.name).join(', ');
  throw new CliError(EXIT.notFound, `The run ${run.id} has no step "${name}" to show; it has ${names}.`);
}

/** One step for people: its attempts, with the calls of models that each made. */
export function stepText(step: StepView): string {
  return [
    `${step.name}  ${step.status}`,
    ...(step.summary === undefined ? [] : [oneLine(step.summary)]),
    ...step.attempts.flatMap(attemptLines),
  ].join('\n');
}

function attemptLines(attempt: AttemptView): readonly string[] {
  const { startedAt, endedAt, failure, calls, callsLeftOut = 0 } = attempt;
  const took = startedAt && endedAt ? `  ${millisOf(Date.parse(endedAt) - Date.parse(startedAt))}` : '';
  return [
    `attempt ${attempt.attempt}${took}${failure ? `  ${failure.code}: ${oneLine(failure.message)}` : ''}`,
    ...(callsLeftOut > 0 ? [`  the first ${callsLeftOut} calls are not kept`] : []),
    ...(calls ?? []).map((call) => `  ${callText(call)}`),
    ...(calls ? [`  ${contentText(calls)}`] : []),
  ];
}

function callText({
  prompt,
  provider,
  model,
  hop,
  isReask,
  isKept,
  ms,
  tokens,
  cost,
  finish,
  code,
}: ModelCallView): string {
  const parts = [
    `${oneLine(prompt)} → ${oneLine(model)} (${oneLine(provider)})`,
    hop.index > 0 && `route ${oneLine(hop.name)}`,
    isReask && 'asked once more',
    isKept ? 'kept answer' : millisOf(ms),
    tokens && !isKept && `${tokens.input ?? '?'} tokens in, ${tokens.output ?? '?'} out`,
    cost && !isKept && `${cost.money} ${cost.currency}`,
    finish,
    code,
  ];
  return parts.filter(Boolean).join('  ');
}

const contentText = (calls: readonly ModelCallView[]): string =>
  calls.some(({ hasContent }) => hasContent)
    ? 'prompts and answers, redacted, are on the spans of the calls'
    : 'prompts and answers were not kept';
