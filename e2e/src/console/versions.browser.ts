import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MillraceClient } from '@millrace/client';
import { inChromium } from '@millrace/gateway/testing/browser';
import { violationsInBoth, watched } from '@millrace/gateway/testing/console';
import { until } from '../processes.js';
import { startStandalone, type StandaloneProcess } from '../standalone-process.js';

const ORDER = `
pipeline: order
input: { title: string, amount: number, urgent: boolean, size: small | large, note?: string }
steps:
  approve:
    review: { approved: boolean, text?: string }
    show: { title: $input.title }
    timeout: 3d
output: { title: $input.title, approved: $approve.approved }
`;
const INPUT = { title: 'Two chairs', amount: 2, urgent: false, size: 'small' };

inChromium('a pipeline in the console', () => {
  const opened = new AsyncDisposableStack();
  let installation: StandaloneProcess;
  let millrace: MillraceClient;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-order-'));
    opened.defer(() => rm(folder, { recursive: true }));
    await writeFile(join(folder, 'order.yaml'), ORDER);
    installation = opened.use(await startStandalone({ PIPELINES: join(folder, 'order.yaml') }));
    millrace = new MillraceClient({ url: installation.service.url });
    const { definition } = await millrace.pipelines.version({ name: 'order', version: 1 });
    const plan = definition as { pipeline: string; output: object };
    const next = { plan: { ...plan, output: { ...plan.output, size: { $ref: ['input', 'size'] } } } };
    await millrace.pipelines.deploy('order', { ...next, share: 0.2, by: 'bob', reason: 'the size is asked for' });
  });
  afterAll(() => opened.disposeAsync());
  const open = (path: string) => `${installation.service.url}/console/${path}`;

  test('a run is started with a form that is made from the schema, each field as its type says', async () => {
    await using chromium = await watched({ width: 390 });
    const page = await chromium.open(open('pipelines/order'));
    await page.getByRole('button', { name: 'Start a run' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Title').fill('Two chairs');
    await dialog.getByLabel('Amount').fill('2.5');
    await dialog.getByText('✓ yes').click();
    await dialog.getByLabel('Size').selectOption('large');
    expect(await violationsInBoth(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
    await dialog.getByRole('button', { name: 'Start', exact: true }).click();
    await page.waitForURL(/\/console\/runs\/run_/);
    const [, id = ''] = /\/runs\/(run_\w+)/.exec(page.url()) ?? [];
    expect((await millrace.runs.get(id)).input).toEqual({
      title: 'Two chairs',
      amount: 2.5,
      urgent: true,
      size: 'large',
    });
    expect(chromium.faults).toEqual([]);
  });

  test('the difference between two versions is shown, in the graph and in words', async () => {
    await using chromium = await watched();
    const page = await chromium.open(open('pipelines/order?version=2'));
    await page.getByRole('link', { name: 'Compare with the one shown' }).click();
    await page.getByRole('region', { name: 'Differences' }).getByText(/size/).first().waitFor();
    await page.locator('.node', { hasText: 'approve' }).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    expect(chromium.faults).toEqual([]);
  });

  test('a run that waits is moved to another version, and goes on there', async () => {
    await using chromium = await watched();
    const { plan } = (await millrace.pipelines.versions('order')).items.find(({ version }) => version === 2)!;
    const { id } = await until('a run of the first version waits', async () => {
      const { id } = await millrace.runs.start({ pipeline: 'order', input: INPUT });
      const run = await until(`${id} waits`, async () => {
        const run = await millrace.runs.get(id);
        return run.status === 'waiting' && run;
      });
      return run.plan !== plan && run;
    });
    const page = await chromium.open(open(`runs/${id}`));
    await page.getByRole('button', { name: 'Move' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Version').selectOption('2');
    await dialog.getByLabel('From the step').selectOption('approve');
    await dialog.getByLabel('Your name').fill('ana');
    expect(await violationsInBoth(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Move', exact: true }).click();
    await until('it has the other plan', async () => (await millrace.runs.get(id)).plan === plan);
    await until('it waits again', async () => (await millrace.runs.get(id)).status === 'waiting');
    await millrace.reviews.answer(`${id}.approve`, { answer: { approved: true } });
    expect((await millrace.runs.ended(id)).output).toEqual({ title: 'Two chairs', approved: true, size: 'small' });
    expect(chromium.faults).toEqual([]);
  });

  test('a canary gets another share, is promoted, and the version before is brought back', async () => {
    await using chromium = await watched();
    const page = await chromium.open(open('pipelines/order'));
    const share = (version: number) =>
      page
        .getByRole('row')
        .nth(3 - version)
        .getByRole('cell')
        .nth(1);
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Give a share version 2' }).click();
    await dialog.getByLabel('Percent of the new runs').fill('40');
    await dialog.getByRole('button', { name: 'Give a share' }).click();
    await share(2).getByText('40 %').waitFor();
    await page.getByRole('button', { name: 'Promote version 2' }).click();
    expect(await violationsInBoth(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Promote' }).click();
    await share(2).getByText('100 %').waitFor();
    await page.getByRole('button', { name: 'Roll back version 1' }).click();
    await dialog.getByLabel('Why').fill('too many questions');
    await dialog.getByRole('button', { name: 'Roll back' }).click();
    await share(1).getByText('100 %').waitFor();
    expect(chromium.faults).toEqual([]);
  });
});
