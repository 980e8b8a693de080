import { MillraceClient } from '@millrace/client';
import { inChromium } from '@millrace/gateway/testing/browser';
import { violations, watched } from '@millrace/gateway/testing/console';
import { CLEAR, sample } from './api.js';
import { type Installation, install } from './installation.js';
import { until } from './processes.js';

const pipeline = 'support-email';
/** A mail of nothing: its first step fails for good. */
const EMPTY = 'Subject: \r\n\r\n';
const PARKED = 5;

inChromium('the console of services on Kafka and PostgreSQL', () => {
  let installation: Installation;
  let millrace: MillraceClient;
  beforeAll(async () => {
    installation = await install();
    millrace = new MillraceClient({ url: installation.gateway });
  }, 300_000);
  afterAll(() => installation?.[Symbol.asyncDispose]());
  const open = (path: string) => `${installation.gateway}/console/${path}`;

  test('a run is watched from its start to its end, with who serves its stages', async () => {
    await using chromium = await watched();
    const page = await chromium.open(open('runs'));
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor();
    const { id } = await millrace.runs.start({ pipeline, input: CLEAR });
    await page.getByText(CLEAR.subject).first().waitFor();
    await page.goto(open(`runs/${id}`));
    await page.getByRole('heading', { level: 1, name: /completed/ }).waitFor();
    await page.locator('.node.completed', { hasText: 'send' }).waitFor();
    await page.goto(open('stages'));
    await page.getByRole('heading', { name: 'draft' }).waitFor();
    await until('each stage has its process', async () => (await page.getByText('no consumer').count()) === 0);
    expect(chromium.faults).toEqual([]);
  });

  test('a review is answered by hand, and the run goes on', async () => {
    await using chromium = await watched({ dark: true });
    const { id } = await millrace.runs.startFromMail(sample('ambiguous'), { pipeline });
    const page = await chromium.open(open('reviews'));
    await page.getByRole('button', { name: 'Send the answer' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('a');
    await page.getByRole('button', { name: 'Send the answer' }).click();
    await until('it goes on', async () => (await millrace.runs.get(id)).status === 'completed');
    expect(chromium.faults).toEqual([]);
  });

  test('all dead letters of one cause are redriven, as a job that shows how far it is', async () => {
    await using chromium = await watched();
    for (let at = 0; at < PARKED; at++) await millrace.runs.startFromMail(EMPTY, { pipeline });
    await until('all are parked', async () => (await millrace.overview()).deadLetters.count === PARKED);
    const page = await chromium.open(open('dead-letters'));
    await page.getByRole('button', { name: `Redrive ${PARKED}` }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
    await page.waitForURL(/\/console\/jobs\/job_/);
    await page.getByText(`${PARKED} of ${PARKED} done, ${PARKED} redriven`).waitFor();
    expect(chromium.faults).toEqual([]);
  });

  test('the records of Kafka are read backwards, by offset and by time, and nothing of it is in a group', async () => {
    await using chromium = await watched();
    const { id } = await millrace.runs.start({ pipeline, input: CLEAR });
    await until('it ends', async () => (await millrace.runs.get(id)).status === 'completed');
    const { items } = await millrace.topics.list();
    const topic = items.find(({ name }) => name.endsWith('.runs'))!.name;
    const before = await millrace.topics.get(topic);
    const newest = await millrace.topics.records(topic, { text: id, limit: 200 });
    const { at, partition, offset } = newest.items.at(-1)!;
    const forwards = await millrace.topics.records(topic, { at, text: id, partition, order: 'oldest', limit: 200 });
    expect(forwards.items.map((one) => one.offset)).toEqual(newest.items.map((one) => one.offset).toReversed());
    const [first] = (await millrace.topics.records(topic, { partition, from: offset, limit: 1 })).items;
    expect(first).toMatchObject({ offset, says: { items: [{ run: id }] } });
    const page = await chromium.open(open(`topics/${topic}?text=${id}`));
    await page.getByText('step.completed').first().waitFor();
    const after = await millrace.topics.get(topic);
    expect(after.groups.map(({ name }) => name)).toEqual(before.groups.map(({ name }) => name));
    expect(before.groups).toMatchObject([{ name: topic.replace(/runs$/, 'coordinator.runs') }]);
    expect(chromium.faults).toEqual([]);
  });

  test('when the gateway has died and is back, what is shown is up to date again', async () => {
    await using chromium = await watched();
    const page = await chromium.open(open('runs'));
    await page.locator('.runs > li').first().waitFor();
    await installation.services.get('gateway')?.kill9();
    await page.getByText('Not refreshed').first().waitFor();
    expect(await page.locator('.runs > li').count()).toBeGreaterThan(0);
    await installation.services.get('gateway')?.ready();
    await millrace.runs.start({ pipeline, input: { ...CLEAR, subject: 'After the restart' } });
    await page.getByRole('button', { name: /new$/ }).click();
    await page.getByText('After the restart').waitFor();
    await until('the mark is gone', async () => (await page.getByText('Not refreshed').count()) === 0);
    expect(chromium.faults).toEqual([]);
  });
});
