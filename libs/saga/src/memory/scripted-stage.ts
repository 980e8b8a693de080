import { failure, type FailureCode, type RunEvent } from '@millrace/contracts';
import type { handOff, LoadedPlan } from '@millrace/pipeline/engine';

/** The part of a command that an answer repeats or hands on. */
interface ScriptedCommand {
  readonly step: string;
  readonly attempt: number;
  readonly known?: Readonly<Record<string, unknown>> | undefined;
}

/** The event of an attempt, and the commands of the steps that its stage hands off to. */
export interface ScriptedAnswer {
  readonly event: RunEvent;
  readonly handedOff: readonly (ReturnType<typeof handOff>['wanted'][number] & { readonly attempt: number })[];
}

interface Stage {
  readonly run: string;
  readonly plan: LoadedPlan;
  readonly at: number;
  readonly startedAt: number;
  /** The rule for hand-offs; without it the stage hands nothing off. */
  readonly handOff?: typeof handOff | undefined;
}

/** Answers a command as the stage runtime does, with an output or a failure that a script has chosen. */
export function scriptedAnswer(
  { step, attempt, known }: ScriptedCommand,
  outcome: { readonly output: unknown } | { readonly code: FailureCode },
  stage: Stage,
): ScriptedAnswer {
  const { run, plan, at, startedAt } = stage;
  const common = { run, step, attempt, at, startedAt };
  if ('code' in outcome) {
    const cause = failure(outcome.code, 'as the script has it');
    return { event: { type: 'step.failed', ...common, failure: cause }, handedOff: [] };
  }
  const { output } = outcome;
  const scope = { ...known, [step]: output };
  const { wanted, skipped } = stage.handOff?.(plan, step, scope) ?? { wanted: [], skipped: [] };
  const next = wanted.length > 0 && { next: wanted.map((one) => one.step) };
  const without = skipped.length > 0 && { skipped: [...skipped] };
  return {
    event: { type: 'step.completed', ...common, output, ...next, ...without },
    handedOff: wanted.map((one) => ({ ...one, attempt })),
  };
}
