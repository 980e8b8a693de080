import { MillraceClient } from '@millrace/client';
import { inChromium } from '@millrace/gateway/testing/browser';
import { violationsInBoth, watched } from '@millrace/gateway/testing/console';
import { until } from '../processes.js';
import { startStandalone, type StandaloneProcess } from '../standalone-process.js';

const LETTERS = 12;
/** A mail of nothing: its first step fails for good, each time. */
const EMPTY = 'Subject: \r\n\r\n';

inChromium('dead letters in the console', () => {
  let installation: StandaloneProcess;
  let millrace: MillraceClient;
  beforeAll(async () => {
    installation = await startStandalone();
    millrace = new MillraceClient({ url: installation.service.url });
    for (let at = 0; at < LETTERS; at++) await millrace.runs.startFromMail(EMPTY, { pipeline: 'support-email' });
    await until('all are parked', async () => (await millrace.overview()).deadLetters.count === LETTERS);
  });
  afterAll(() => installation?.[Symbol.asyncDispose]());

  test('all letters of one cause since yesterday are redriven with the keyboard alone, as a job that shows how far it is', async () => {
    await using chromium = await watched();
    const page = await chromium.open(`${installation.service.url}/console/dead-letters?since=yesterday`);
    await page.getByRole('button', { name: `Redrive ${LETTERS}` }).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await page.keyboard.press('j');
    await page.keyboard.press('r');
    await page.getByRole('dialog').getByText(`Redrive ${LETTERS} dead letters?`).waitFor();
    await page.getByRole('dialog').getByLabel('Your name').focus();
    await page.keyboard.type('ana');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/console\/jobs\/job_/);
    await page.getByText(`${LETTERS} of ${LETTERS} done, ${LETTERS} redriven`).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    const [job] = await millrace.jobs.list().all();
    expect(job).toMatchObject({ kind: 'redrive', by: 'ana', status: 'completed' });
    // They fail again, and come back.
    await until('all have come back', async () => (await millrace.overview()).deadLetters.count === LETTERS);
    expect(chromium.faults).toEqual([]);
  });

  test('a job with a rate is paused, resumed and stopped, and what it has not begun stays open', async () => {
    await using chromium = await watched();
    const page = await chromium.open(`${installation.service.url}/console/dead-letters?view=letters`);
    await page.getByRole('button', { name: 'Resolve all that match' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel(/each second/).fill('0.1');
    await dialog.getByRole('button', { name: 'Resolve' }).click();
    await page.waitForURL(/\/console\/jobs\/job_/);
    for (const [act, shown] of [
      ['Pause', 'paused'],
      ['Resume', 'running'],
      ['Stop', 'stopped'],
    ] as const) {
      await page.getByRole('button', { name: act, exact: true }).click();
      await page.getByRole('dialog').getByRole('button', { name: act, exact: true }).click();
      await page.locator('.status', { hasText: shown }).first().waitFor();
    }
    await page
      .getByText(/ skipped/)
      .first()
      .waitFor();
    expect((await millrace.overview()).deadLetters.count).toBeGreaterThan(0);
    expect(chromium.faults).toEqual([]);
  });

  test('a letter is assigned, noted, checked with another input, which says what is wrong with it, and redriven with it', async () => {
    await using chromium = await watched();
    const [letter] = (await millrace.deadLetters.list({ status: 'open', limit: 1 }).page()).items;
    const page = await chromium.open(`${installation.service.url}/console/dead-letters/${letter?.id}`);
    await page.getByRole('button', { name: 'Note' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Note' }).fill('Asked the sender.');
    await dialog.getByRole('button', { name: 'Note' }).click();
    await page.getByText('Asked the sender.').waitFor();
    await page.getByRole('button', { name: 'Assign' }).click();
    await dialog.getByLabel('To whom').fill('bob');
    await dialog.getByRole('button', { name: 'Assign' }).click();
    await page.getByText('Assigned to').waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await page.getByRole('button', { name: 'Redrive' }).click();
    const input = dialog.getByLabel('Input of the step (JSON)');
    const given = await input.inputValue();
    await input.fill('{ "mail": ');
    await dialog.getByText(/This is not JSON/).waitFor();
    await input.fill('{ "nonsense": 1 }');
    await dialog.getByRole('button', { name: 'Check' }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await input.fill(given.replace('Subject: \\r\\n\\r\\n', 'Subject: Refund\\r\\n\\r\\nWhere is my refund?'));
    await dialog.getByRole('button', { name: 'Check' }).click();
    await dialog.getByText('It would be accepted').waitFor();
    await dialog.getByRole('button', { name: 'Redrive' }).click();
    await page.waitForURL(new RegExp(`/console/runs/${letter?.run}`));
    await until('the run goes on', async () => (await millrace.runs.get(letter?.run ?? '')).status !== 'dead-lettered');
    expect(chromium.faults).toEqual([]);
  });
});
