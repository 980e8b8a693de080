import type { In, Out } from '@millrace/pipeline';
import { type AnyStage, type Handles, Stage, type StageRun } from '@millrace/stage';
import { book, square, sum, unbook } from './pipelines.js';

@Stage(square)
class Square implements Handles<typeof square> {
  handle({ n, trouble }: In<typeof square>, run: StageRun): Promise<Out<typeof square>> {
    if (trouble === 'always' || (trouble === 'once' && run.attempt === 1)) throw new Error('as it was told to');
    return Promise.resolve({ n, square: n * n });
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

export const STAGES: readonly AnyStage[] = [Square, Sum, Book, Unbook];
