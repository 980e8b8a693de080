import type { In, Out } from '@millrace/pipeline';
import { type AnyStage, type Handles, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { book, call, square, sum, unbook } from './pipelines.js';

/** Holds up the stage that squares this number, as long as a test that shares the process wants it. */
export const gate: { n: number | undefined; open: Promise<void>; reached: number } = {
  n: undefined,
  open: Promise.resolve(),
  reached: 0,
};

@Stage(square)
class Square implements Handles<typeof square> {
  async handle({ n, trouble }: In<typeof square>, run: StageRun): Promise<Out<typeof square>> {
    if (n === gate.n) {
      gate.reached++;
      await gate.open;
    }
    if (trouble === 'always' || (trouble === 'once' && run.attempt === 1)) throw new Error('as it was told to');
    return { n, square: n * n };
  }
}

@Stage(sum)
class Sum implements Handles<typeof sum> {
  handle({ of }: In<typeof sum>): Promise<Out<typeof sum>> {
    return Promise.resolve({ count: of.length, total: of.reduce((total, one) => total + one.square, 0) });
  }
}

@Stage(book)
class Book implements Handles<typeof book> {
  handle({ what }: In<typeof book>, run: StageRun): Promise<Out<typeof book>> {
    return Promise.resolve({ ticket: `${what} ${run.idempotencyKey}` });
  }
}

@Stage(unbook)
class Unbook implements Handles<typeof unbook> {
  handle(_: In<typeof unbook>, run: StageRun): Promise<Out<typeof unbook>> {
    if (run.attempt === 1) throw new Error('as it was told to');
    return Promise.resolve({});
  }
}

@Stage(call)
class Call implements Handles<typeof call> {
  handle({ who, because, line = '' }: In<typeof call>, run: StageRun): Promise<Out<typeof call>> {
    if (who === 'first') throw new StageFailure('LINE_BUSY', 'somebody else is talking');
    if (who === 'second') throw new StageFailure('LINE_DEAD', 'there is nobody', { retryable: false });
    if (who === 'owner' && run.attempt === 1) throw new Error('as it was told to');
    return Promise.resolve({ line: [who, because, line].join(' ').trim() });
  }
}

export const STAGES: readonly AnyStage[] = [Square, Sum, Book, Unbook, Call];
