import type { In, Out, StageContract } from '@millrace/pipeline';
import { type AnyStage, Stage } from './nest/stage.decorator.js';
import type { StageRun } from './work/stage-run.js';

/** Does the work of a contract: takes the validated input and the attempt, and returns the output. */
export type StageHandler<Contract extends StageContract> = (
  input: In<Contract>,
  run: StageRun,
) => Out<Contract> | Promise<Out<Contract>>;

/**
 * Makes a function the stage that does a contract's work. Use it wherever a class with `@Stage` is accepted; a class is
 * needed only for dependency injection, guards, pipes and interceptors.
 *
 * @example
 * export const greeting = stage(greet, ({ name }, run) => ({ text: `Hello, ${name}!` }));
 */
export function stage<Contract extends StageContract>(contract: Contract, handler: StageHandler<Contract>): AnyStage {
  class FunctionStage {
    handle(input: In<Contract>, run: StageRun): Out<Contract> | Promise<Out<Contract>> {
      return handler(input, run);
    }
  }
  // Errors name the stage by its class.
  Object.defineProperty(FunctionStage, 'name', { value: `stage(${contract.name})` });
  Stage(contract)(FunctionStage);
  return FunctionStage;
}
