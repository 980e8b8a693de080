import type { MadeCall } from '@millrace/contracts';
import { inChromium } from '../testing/browser.js';
import { start, violationsInBoth, watched } from '../testing/console.js';
import { World } from '../testing/world.js';

const CALL: MadeCall = {
  ...{ prompt: 'classify', operation: 'chat', provider: 'acme-ai', model: 'large', ms: 1_200 },
  hop: { index: 0, name: 'model' },
};
const BUSY: MadeCall = { ...CALL, code: 'MODEL_BUSY' };
const CHEAPER: MadeCall = {
  ...{ ...CALL, model: 'small', hop: { index: 1, name: 'cheaper' }, finish: 'stop' },
  tokens: { input: 1_250, output: 40, cacheRead: 1_024 },
};

inChromium('the calls of models in a step’s panel', () => {
  test.each([1280, 380])('say which model was asked by which way and why, at %d px', async (width) => {
    await using world = await World.open();
    await using chromium = await watched({ width });
    const id = await start(world, 'Hi');
    const items = [BUSY, CHEAPER, { ...CHEAPER, isReask: true as const, isKept: true as const }];
    world.completed(
      id,
      'classify',
      { label: 'refund', confidence: 1 },
      { next: ['draft'], calls: { items, total: 4 } },
    );
    const page = await chromium.open(`${world.url}/console/runs/${id}?step=classify`);
    await page.getByText('4 calls of models').waitFor();
    await page.getByText('By the route’s “cheaper”, after “model”: MODEL_BUSY.').waitFor();
    await page.getByText('1,250 tokens in (1,024 from the provider’s cache) 40 out').waitFor();
    await page.getByText('kept answer, not paid again').waitFor();
    await page.getByText('were not kept').waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(chromium.faults).toEqual([]);
  });

  test('lead to the spans where the deployment keeps prompts and answers there', async () => {
    await using world = await World.open({ jaegerUrl: 'http://127.0.0.1:16686' });
    await using chromium = await watched();
    const id = await start(world, 'Hi');
    const calls = { items: [{ ...CHEAPER, hasContent: true as const }] };
    world.completed(id, 'classify', { label: 'refund', confidence: 1 }, { next: ['draft'], calls });
    const page = await chromium.open(`${world.url}/console/runs/${id}?step=classify`);
    await page.getByRole('link', { name: 'in Jaeger' }).waitFor();
    expect(await page.getByText('were not kept').count()).toBe(0);
  });
});
