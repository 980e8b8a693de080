import { spawnSync } from 'node:child_process';
import { MillraceClient } from '@millrace/client';
import { inChromium } from '@millrace/gateway/testing/browser';
import { violationsInBoth, watched } from '@millrace/gateway/testing/console';
import { CLEAR } from '../api.js';
import { startStandalone, type StandaloneProcess } from '../standalone-process.js';

inChromium('replays in the console', () => {
  let installation: StandaloneProcess;
  let millrace: MillraceClient;
  beforeAll(async () => {
    installation = await startStandalone();
    millrace = new MillraceClient({ url: installation.service.url });
  });
  afterAll(() => installation?.[Symbol.asyncDispose]());

  test('a run is replayed from a step, with leave for effects; it lands on the new run, which is compared with the old one', async () => {
    await using chromium = await watched();
    const { id } = await millrace.runs.start({ pipeline: 'support-email', input: CLEAR });
    await millrace.runs.ended(id);
    const page = await chromium.open(`${installation.service.url}/console/runs/${id}?step=draft`);
    await page.getByRole('button', { name: 'Replay from here' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/would have effects outside once more/).waitFor();
    expect(await violationsInBoth(page)).toEqual([]);
    await dialog.getByLabel('Execute steps that have effects outside, too').check();
    await dialog.getByText('Executed').waitFor();
    await dialog
      .getByText('intake, classify, extract')
      .or(dialog.getByText(/intake/))
      .first()
      .waitFor();
    await dialog.getByLabel('Your name').fill('ana');
    await dialog.getByRole('button', { name: 'Replay', exact: true }).click();
    await page.waitForURL((url) => /\/console\/runs\/run_/.test(url.pathname) && !url.pathname.includes(id));
    const [, replay = ''] = /\/runs\/(run_\w+)/.exec(page.url()) ?? [];
    await page.getByText(/Replays/).waitFor();
    await millrace.runs.ended(replay);
    expect(await millrace.runs.get(replay)).toMatchObject({ replayOf: { run: id, from: 'draft' } });
    await page.getByRole('link', { name: 'Compare' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /Both gave the same|differ/ })
      .waitFor();
    expect(await page.locator('tbody tr').count()).toBeGreaterThan(5);
    expect(await violationsInBoth(page)).toEqual([]);
    expect(chromium.faults).toEqual([]);
  });

  test('what a run was asked with is copied as a command that a shell takes as it is', async () => {
    await using chromium = await watched();
    await chromium.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const input = { ...CLEAR, subject: `It's "$HOME" and \`id\`` };
    const { id } = await millrace.runs.start({ pipeline: 'support-email', input });
    const page = await chromium.open(`${installation.service.url}/console/runs/${id}`);
    await page.getByRole('button', { name: 'Copy its start as curl' }).click();
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    const command = (await page.evaluate('navigator.clipboard.readText()')) as string;
    const { stdout } = spawnSync('sh', ['-c', command.replace(/^curl/, `printf '%s\\n'`)], { encoding: 'utf8' });
    const body = stdout.split('\n').find((line) => line.startsWith('{')) ?? '{}';
    expect(JSON.parse(body)).toEqual({ pipeline: 'support-email', input });
  });
});
