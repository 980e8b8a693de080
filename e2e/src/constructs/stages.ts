import type { In, Out } from '@millrace/pipeline';
import { type AnyStage, type Handles, Stage, type StageRun } from '@millrace/stage';
import { square, sum } from './pipelines.js';

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

export const STAGES: readonly AnyStage[] = [Square, Sum];
