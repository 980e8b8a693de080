import { itemOf, type Plan, type PlanStep, undoName } from '@millrace/pipeline/engine';
import { TestingError } from './errors.js';

/**
 * The moment at which a stage's process dies over a command. `before-publish`: it has done the work and told nobody; whatever the work did outside stays done.
 * `after-publish`: what it answered is out, and that it had the command is not noted (a stage in another language may lack transactions).
 * Either way another process gets the command again, as the same attempt.
 */
export type Crash = 'before-publish' | 'after-publish';

/** The fault of one command. */
export type TestFault =
  | { readonly is: 'crash'; readonly when: Crash }
  | { readonly is: 'duplicate' }
  | { readonly is: 'delay'; readonly ms: number }
  | { readonly is: 'throw'; readonly thrown: unknown };

/** Faults that are still to come, by step. Each befalls one command, in the order in which they were asked for. */
export class Faults {
  private readonly waiting = new Map<string, TestFault[]>();
  private readonly steps: ReadonlySet<string>;

  constructor(plan: Plan) {
    this.steps = new Set(stepsOf(plan));
  }

  /** @throws {TestingError} NO_SUCH_STEP */
  add(step: string, fault: TestFault): void {
    if (!this.steps.has(itemOf(step)?.step ?? step)) {
      const known = [...this.steps].join(', ');
      throw new TestingError('NO_SUCH_STEP', `No step of the plan that asks a stage is called "${step}": ${known}.`);
    }
    this.waiting.set(step, [...(this.waiting.get(step) ?? []), fault]);
  }

  /** The next fault for a command of the step: one for the item itself, or for any of its step. */
  take(step: string): TestFault | undefined {
    return this.waiting.get(step)?.shift() ?? this.waiting.get(itemOf(step)?.step ?? '')?.shift();
  }
}

/** The steps that ask a stage, those of plans within it included. */
function stepsOf(plan: Plan): string[] {
  const steps = Object.entries(plan.steps).flatMap(([name, step]) => [
    ...stepsIn(name, step),
    ...('compensate' in step && step.compensate ? [undoName(name)] : []),
  ]);
  return plan.onFailure?.handler ? [...steps, 'onFailure'] : steps;
}

function stepsIn(name: string, step: PlanStep): string[] {
  switch (step.kind) {
    case 'stage':
      return [name];
    case 'run':
      return stepsOf(step.plan);
    case 'map':
    case 'loop':
      return step.work.kind === 'stage' ? [name] : stepsOf(step.work.plan);
    case 'race':
      return Object.values(step.branches).flatMap(({ plan }) => stepsOf(plan));
    default:
      return [];
  }
}
