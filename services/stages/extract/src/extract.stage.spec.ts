import { RuleEntityExtractor } from '@millrace/ai';
import type { StageRun } from '@millrace/stage';
import { extract } from './contract.js';
import { ExtractStage } from './extract.stage.js';

const run = { signal: new AbortController().signal } as StageRun;
const stage = new ExtractStage(new RuleEntityExtractor());

test('finds what a message names, with days counted from when it was written', async () => {
  const found = await stage.handle(
    {
      subject: 'Refund',
      text: 'The refund of £129.99 was due yesterday. Call +44 20 7946 0018.',
      date: '2026-05-12T08:00:00Z',
    },
    run,
  );
  expect(extract.output.parse(found)).toMatchObject({
    amounts: [{ value: 129.99, currency: 'GBP' }],
    dates: ['2026-05-11'],
    phones: ['+442079460018'],
  });
});

test('a date that cannot be read is taken for now', async () => {
  const { dates } = await stage.handle({ subject: '', text: 'It was due on 3 May 2026.', date: 'soon' }, run);
  expect(dates).toEqual(['2026-05-03']);
});
