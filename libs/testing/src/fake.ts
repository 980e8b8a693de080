import type { In, Out, StageContract } from '@millrace/pipeline';
import { type AnyStage, Stage, type StageRun } from '@millrace/stage';

/** The work of a contract's stage, as a function. */
export type Work<Contract extends StageContract> = (
  input: In<Contract>,
  run: StageRun,
) => Out<Contract> | Promise<Out<Contract>>;

/** A stand-in for a stage. What it is given and what it answers are held against the contract, as those of the stage are. */
export function fake<Contract extends StageContract>(contract: Contract, work: Work<Contract>): AnyStage {
  class Fake {
    handle(input: In<Contract>, run: StageRun): Out<Contract> | Promise<Out<Contract>> {
      return work(input, run);
    }
  }
  Stage(contract)(Fake);
  return Fake;
}
