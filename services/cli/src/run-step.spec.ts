import { EXIT } from './exit.js';
import { FakeGateway, RUN, runView, stepView } from './testing/fake-gateway.js';

const call = { operation: 'chat', provider: 'acme-ai', model: 'large', ms: 1_200 } as const;
const view = runView({
  steps: [
    stepView('classify', {
      attempts: [
        {
          attempt: 1,
          requestedAt: '2026-01-01T00:00:00.000Z',
          startedAt: '2026-01-01T00:00:00.000Z',
          endedAt: '2026-01-01T00:00:02.000Z',
          callsLeftOut: 3,
          calls: [
            { ...call, prompt: 'classify', hop: { index: 0, name: 'model' }, code: 'MODEL_BUSY' },
            {
              ...call,
              ...{ prompt: 'classify', model: 'small', hop: { index: 1, name: 'cheaper' }, finish: 'stop' },
              ...{ tokens: { input: 120, output: 8 }, cost: { money: 0.002, currency: 'EUR' } },
            },
            { ...call, prompt: 'check', hop: { index: 0, name: 'model' }, isKept: true, finish: 'stop' },
          ],
        },
      ],
    }),
    stepView('send'),
  ],
});

test('one step of a run is shown with its attempts and the calls of models that they made', async () => {
  await using gateway = await FakeGateway.open();
  gateway.answers.set(`/v1/runs/${RUN}`, view);
  const { out } = await gateway.run(`run get ${RUN} --step classify`);
  expect(out.split('\n')).toEqual([
    'classify  completed',
    'attempt 1  2.0 s',
    '  the first 3 calls are not kept',
    '  classify → large (acme-ai)  1.2 s  MODEL_BUSY',
    '  classify → small (acme-ai)  route cheaper  1.2 s  120 tokens in, 8 out  0.002 EUR  stop',
    '  check → large (acme-ai)  kept answer  stop',
    '  prompts and answers were not kept',
    '',
  ]);
  const json = JSON.parse((await gateway.run(`run get ${RUN} --step classify -o json`)).out) as object;
  expect(json).toEqual(JSON.parse(JSON.stringify(view.steps[0])));
  expect(await gateway.run(`run get ${RUN} --step nowhere`)).toMatchObject({ exit: EXIT.notFound });
});
