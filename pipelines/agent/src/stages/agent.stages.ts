import { type Handles, type In, type Out, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { valueOf } from './arithmetic.js';
import { calculate, lookUp, note, think } from './contracts.js';
import { Planner } from './planner.js';

@Stage(think)
export class ThinkStage implements Handles<typeof think> {
  constructor(private readonly planner: Planner) {}

  handle(situation: In<typeof think>, run: StageRun): Promise<Out<typeof think>> {
    return this.planner.next(situation, run.signal);
  }
}

@Stage(calculate)
export class CalculateStage implements Handles<typeof calculate> {
  handle({ expression }: In<typeof calculate>): Out<typeof calculate> {
    const value = valueOf(expression);
    if (value === undefined) throw new StageFailure('NO_SUM', 'It is no sum.', { kind: 'permanent' });
    return { found: `${expression} = ${value}.` };
  }
}

/** Facts by subject. */
export abstract class Knowledge {
  abstract readonly about: Readonly<Record<string, string>>;
}

@Stage(lookUp)
export class LookUpStage implements Handles<typeof lookUp> {
  constructor(private readonly knowledge: Knowledge) {}

  handle({ subject }: In<typeof lookUp>): Out<typeof lookUp> {
    const found = this.knowledge.about[subject];
    if (found === undefined) throw new StageFailure('NOT_KNOWN', 'Nothing is known of it.', { kind: 'permanent' });
    return { found };
  }
}

@Stage(note)
export class NoteStage implements Handles<typeof note> {
  handle({ before, next, found }: In<typeof note>): Out<typeof note> {
    const { tool, argument, cost, complete } = next;
    if (tool === 'answer') return { ...before, done: true, complete, answer: argument };
    const noted = { tool, argument, found: found.map((one) => one.found).join(' ') };
    return { ...before, notes: [...before.notes, noted], spent: before.spent + cost };
  }
}
