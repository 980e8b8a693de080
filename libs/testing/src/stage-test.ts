import { type Failure, runIdOf, RunEvent } from '@millrace/contracts';
import { type Duration, type StageInput, type StageOutput, type StageContract } from '@millrace/pipeline';
import { millisecondsOf } from '@millrace/pipeline/engine';
import { stage as stageOf, type StageGiven, type StageHandler } from '@millrace/stage';
import { contractIn, Desk } from './desk.js';
import { TestingError } from './errors.js';

/** The end of one attempt, as the coordinator hears of it. */
export type StageAnswer<Contract extends StageContract> =
  | { readonly is: 'completed'; readonly output: StageOutput<Contract> }
  | { readonly is: 'failed'; readonly failure: Failure };

export interface AskOptions {
  /** From 1. */
  readonly attempt?: number;
  /** In real time: what the stage has until its signal is aborted and the attempt has failed. 30 seconds unless given. */
  readonly timeout?: Duration;
}

/** One stage alone, as its service runs it. */
export interface StageTest<Contract extends StageContract> extends AsyncDisposable {
  /** One attempt: the input is held against the contract, then the stage with all that Nest does around it, then the output against the contract. */
  ask(input: StageInput<Contract>, options?: AskOptions): Promise<StageAnswer<Contract>>;
}

const RUN = runIdOf('testing', '1');

/**
 * Opens a stage for its own tests: its class, alone or with providers, or a function that does the contract's work.
 * @throws {TestingError} WRONG_CONTRACT where the class is the stage of another contract
 */
export async function stageTest<Contract extends StageContract>(
  contract: Contract,
  stage: StageGiven | StageHandler<Contract>,
): Promise<StageTest<Contract>> {
  const given = isStage(stage) ? stage : stageOf(contract, stage);
  if (contractIn(given) !== contract) {
    const is = contractIn(given).name;
    throw new TestingError(
      'WRONG_CONTRACT',
      `The class is the stage of the contract ${is}, not of this ${contract.name}.`,
    );
  }
  const desk = await Desk.open([given]);
  return {
    async ask(input, { attempt = 1, timeout = '30s' } = {}) {
      const at = Date.now();
      const timeoutMs = millisecondsOf(timeout);
      const options = {
        run: RUN,
        plan: 'none',
        step: contract.name,
        attempt,
        input,
        at,
        timeoutMs,
        expires: at + timeoutMs,
      };
      const [record] = await desk.ask(contract.name, options);
      const event = RunEvent.parse(JSON.parse(String(record?.value)));
      if (event.type === 'step.failed') return { is: 'failed', failure: event.failure };
      return { is: 'completed', output: (event as { output: StageOutput<Contract> }).output };
    },
    [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose](),
  };
}

/** A function is no class of a stage: it has no method `handle`. */
const isStage = <Contract extends StageContract>(given: StageGiven | StageHandler<Contract>): given is StageGiven =>
  'stage' in given || typeof (given.prototype as { handle?: unknown } | undefined)?.handle === 'function';
