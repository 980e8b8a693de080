import type { RunView, StepView } from '@millrace/client';

/** One run's side of a step: its status, how long it took and what it gave. */
export interface Side {
  readonly status: string;
  readonly ms: number | undefined;
  readonly output: unknown;
}

export interface ComparedStep {
  readonly name: string;
  readonly isSame: boolean;
  readonly one: Side | undefined;
  readonly other: Side | undefined;
}

/** Returns the steps of both runs side by side, and the runs as a whole in the last row. */
export function comparedSteps(one: RunView, other: RunView): readonly ComparedStep[] {
  const names = [...new Set([...one.steps, ...other.steps].map(({ name }) => name))];
  const stepIn = ({ steps }: RunView, name: string) => {
    const step = steps.find((step) => step.name === name);
    return step && sideOf(step);
  };
  const rows = names.map((name) => compared(name, stepIn(one, name), stepIn(other, name)));
  return [...rows, compared('(run)', wholeOf(one), wholeOf(other))];
}

function compared(name: string, one: Side | undefined, other: Side | undefined): ComparedStep {
  const isSame = one?.status === other?.status && JSON.stringify(one?.output) === JSON.stringify(other?.output);
  return { name, isSame, one, other };
}

const sideOf = ({ status, startedAt, endedAt, output }: StepView): Side => ({
  status,
  ms: startedAt !== undefined && endedAt !== undefined ? Date.parse(endedAt) - Date.parse(startedAt) : undefined,
  output,
});

const wholeOf = ({ status, acceptedAt, endedAt, output }: RunView): Side => ({
  status,
  ms: endedAt === undefined ? undefined : Date.parse(endedAt) - Date.parse(acceptedAt),
  output,
});
