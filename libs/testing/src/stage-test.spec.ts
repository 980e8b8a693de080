import { defineStage } from '@millrace/pipeline';
import { type Handles, type In, type Out, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { z } from 'zod';
import { stageTest } from './index.js';

const look = defineStage({
  name: 'look',
  input: z.object({ id: z.string(), times: z.number().default(1) }),
  output: z.object({ found: z.string(), at: z.number() }),
});
abstract class Shelf {
  abstract find(id: string, signal: AbortSignal): Promise<string>;
}
@Stage(look)
class LookStage implements Handles<typeof look> {
  constructor(private readonly shelf: Shelf) {}
  async handle({ id, times }: In<typeof look>, run: StageRun): Promise<Out<typeof look>> {
    return { found: `${await this.shelf.find(id, run.signal)} ×${times}`, at: run.attempt };
  }
}
const onShelf = (find: Shelf['find']) => ({ stage: LookStage, providers: [{ provide: Shelf, useValue: { find } }] });

test('a class is made with its providers, and its input has the contract’s defaults', async () => {
  await using stage = await stageTest(
    look,
    onShelf((id) => Promise.resolve(`book ${id}`)),
  );
  expect(await stage.ask({ id: 'a' }, { attempt: 2 })).toEqual({
    is: 'completed',
    output: { found: 'book a ×1', at: 2 },
  });
});

test('a function does as well', async () => {
  await using stage = await stageTest(look, ({ id }) => ({ found: id, at: 0 }));
  expect(await stage.ask({ id: 'a' })).toEqual({ is: 'completed', output: { found: 'a', at: 0 } });
});

test('what it throws comes as the failure that the coordinator hears of', async () => {
  const gone = () => Promise.reject(new StageFailure('SHELF_GONE', 'There is no shelf.', { kind: 'permanent' }));
  await using stage = await stageTest(look, onShelf(gone));
  expect(await stage.ask({ id: 'a' })).toEqual({
    is: 'failed',
    failure: { code: 'SHELF_GONE', kind: 'permanent', message: 'There is no shelf.' },
  });
});

test('an input or an output that is not of the contract is a failure', async () => {
  await using stage = await stageTest(look, () => ({ found: 1 }) as never);
  expect(await stage.ask({} as { id: string })).toMatchObject({ failure: { code: 'STAGE_INPUT_INVALID' } });
  expect(await stage.ask({ id: 'a' })).toMatchObject({ failure: { code: 'STAGE_OUTPUT_INVALID' } });
});

test('its signal is aborted at the deadline', async () => {
  let aborted = false;
  const never = (_: string, signal: AbortSignal) =>
    new Promise<string>(() => signal.addEventListener('abort', () => (aborted = true)));
  await using stage = await stageTest(look, onShelf(never));
  expect(await stage.ask({ id: 'a' }, { timeout: '20ms' })).toMatchObject({ failure: { code: 'STAGE_TIMED_OUT' } });
  expect(aborted).toBe(true);
});

test('a class that is the stage of another contract is refused', async () => {
  const other = defineStage({ ...look, name: 'other' });
  await expect(stageTest(other, LookStage as never)).rejects.toMatchObject({ code: 'WRONG_CONTRACT' });
});
