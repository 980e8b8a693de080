import { MillraceClient } from '@millrace/client';
import { inChromium } from '@millrace/gateway/testing/browser';
import { watched } from '@millrace/gateway/testing/console';
import { sample } from '../api.js';
import { until } from '../processes.js';
import { startStandalone, type StandaloneProcess } from '../standalone-process.js';
import { CountedPerson } from './person.js';

const PARKED = 12;
/** A mail of nothing: its first step fails for good. */
const EMPTY = 'Subject: \r\n\r\n';
const REVIEWS = 3;
/** Longer than a review of the pipeline may wait. */
const LATER_MS = 4 * 24 * 3_600_000;

inChromium('a new user, from the first page', () => {
  let installation: StandaloneProcess;
  let millrace: MillraceClient;
  const waiting: string[] = [];
  beforeAll(async () => {
    installation = await startStandalone();
    millrace = new MillraceClient({ url: installation.service.url });
    const pipeline = 'support-email';
    for (let at = 0; at < PARKED; at++) await millrace.runs.startFromMail(EMPTY, { pipeline });
    // One after the other, so that each is due later than the one before.
    for (let at = 1; at <= REVIEWS; at++) {
      waiting.push((await millrace.runs.startFromMail(sample('ambiguous'), { pipeline })).id);
      await until(`${at} reviews wait`, async () => (await millrace.overview()).reviews.count === at);
    }
    await until('all are parked', async () => (await millrace.overview()).deadLetters.count === PARKED);
  });
  afterAll(() => installation?.[Symbol.asyncDispose]());

  test('learns in five interactions why a run stopped, and what to do', async () => {
    await using chromium = await watched({ width: 390 });
    const page = await chromium.open(`${installation.service.url}/console/`);
    const person = new CountedPerson(page);
    await person.clicks(
      page.getByRole('region', { name: 'Runs by state' }).getByRole('link', { name: /dead-lettered/ }),
    );
    await person.clicks(page.getByRole('list', { name: 'Runs' }).getByRole('link').first());
    const [letter] = (await millrace.deadLetters.list({ status: 'open', limit: 1 }).page()).items;
    const why = page.locator('.notice.failed').first();
    await why.getByText(letter!.failure.message).waitFor();
    await why.getByText(letter!.failure.code, { exact: true }).waitFor();
    // Nothing has to be scrolled to, on a phone neither.
    expect((await why.boundingBox())!.y).toBeLessThan(600);
    expect(person.interactions).toBeLessThanOrEqual(5);
    expect(chromium.faults).toEqual([]);
  });

  test('answers in four interactions the oldest review that is overdue', async () => {
    await using chromium = await watched();
    const page = await chromium.open();
    await page.clock.install({ time: Date.now() + LATER_MS });
    await page.goto(`${installation.service.url}/console/`);
    const person = new CountedPerson(page);
    await person.clicks(page.getByRole('link', { name: `Reviews ${REVIEWS}` }));
    await page.getByText('overdue').first().waitFor();
    // The keys of a form work once it is there.
    await page.getByRole('button', { name: 'Send the answer' }).waitFor();
    await person.presses('a');
    await person.clicks(page.getByRole('button', { name: 'Send the answer' }));
    const [oldest = '', ...others] = waiting;
    await until('the oldest goes on', async () => (await millrace.runs.get(oldest)).status !== 'waiting');
    for (const other of others) expect((await millrace.runs.get(other)).status).toBe('waiting');
    expect(person.interactions).toBeLessThanOrEqual(4);
    expect(chromium.faults).toEqual([]);
  });

  test('redrives in seven interactions all failures of one kind since yesterday, with a name and a reason', async () => {
    await using chromium = await watched();
    const page = await chromium.open(`${installation.service.url}/console/`);
    const person = new CountedPerson(page);
    await person.clicks(page.getByRole('link', { name: `${PARKED} open dead letters` }));
    await person.chooses(page.getByLabel('Parked', { exact: true }), 'Since yesterday');
    await page.waitForURL(/since=yesterday/);
    await person.clicks(page.getByRole('button', { name: `Redrive ${PARKED}` }));
    const dialog = page.getByRole('dialog');
    await person.types(dialog.getByLabel('Your name'), 'ana');
    await person.types(dialog.getByLabel('Why'), 'The sender has mended it.');
    await person.presses('Enter');
    await page.getByText(`${PARKED} of ${PARKED} done, ${PARKED} redriven`).waitFor();
    const [job] = await millrace.jobs.list().all();
    expect(job).toMatchObject({ kind: 'redrive', by: 'ana', reason: 'The sender has mended it.', total: PARKED });
    expect(person.interactions).toBeLessThanOrEqual(7);
    expect(chromium.faults).toEqual([]);
  });
});
