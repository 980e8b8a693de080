// `npm run pictures -- http://127.0.0.1:8080 [--into docs/console]`: takes pictures of every screen of the console, light and dark, 1280 and
// 390 pixels wide, of an installation with the pipeline support-email, which it gives some runs first. Needs Debian's chromium.
import { mkdir, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MillraceClient } from '@millrace/client';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { into: { type: 'string', default: 'docs/console' } },
});
const [url = 'http://127.0.0.1:8080'] = positionals;
const millrace = new MillraceClient({ url });
const pipeline = 'support-email';
const EMPTY = 'Subject: \r\n\r\n';

/** Starts a run of each kind, and waits until one waits for a person and all that fail are parked. */
async function fill() {
  const mail = (name) => readFile(new URL(`../pipelines/support-email/samples/${name}.eml`, import.meta.url));
  const { id: completed } = await millrace.runs.startFromMail(await mail('refund-not-received'), { pipeline });
  const { id: waiting } = await millrace.runs.startFromMail(await mail('ambiguous'), { pipeline });
  for (let at = 0; at < 4; at++) await millrace.runs.startFromMail(EMPTY, { pipeline });
  await until(async () => {
    const { deadLetters, reviews } = await millrace.overview();
    return deadLetters.count >= 4 && reviews.count >= 1;
  });
  await until(async () => (await millrace.runs.get(completed)).status === 'completed');
  const [letter] = (await millrace.deadLetters.list({ status: 'open', limit: 1 }).page()).items;
  const [job] = (await millrace.jobs.list({ limit: 1 }).page()).items;
  const { id } = job ?? (await millrace.jobs.begin({ kind: 'redrive', filter: { stage: 'intake' }, by: 'ana' }));
  const { id: again } = await millrace.runs.replay(completed, { from: 'draft', allowEffects: true, by: 'ana' });
  await until(async () => (await millrace.runs.get(again).catch(() => undefined))?.status === 'completed');
  await millrace.runs.note(waiting, { text: 'The customer has called: the mail is about both cards.', by: 'ana' });
  return { completed, waiting, again, letter: letter.id, job: id };
}

/** Waits for a condition. */
async function until(condition) {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 200));
}

const { completed, waiting, again, letter, job } = await fill();
const screens = {
  overview: '',
  runs: 'runs',
  run: `runs/${waiting}`,
  'run-completed': `runs/${completed}`,
  compare: `runs/${completed}/compare?to=${again}`,
  reviews: 'reviews',
  'dead-letters': 'dead-letters',
  'dead-letter': `dead-letters/${letter}`,
  jobs: 'jobs',
  job: `jobs/${job}`,
  pipelines: 'pipelines',
  pipeline: `pipelines/${pipeline}`,
  stages: 'stages',
  models: 'models',
  topics: 'topics',
  topic: 'topics/millrace.runs',
  schedules: 'schedules',
};
await mkdir(values.into, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
for (const colorScheme of ['light', 'dark'])
  for (const width of [1280, 390]) {
    const viewport = { width, height: width === 390 ? 844 : 860 };
    const page = await (await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })).newPage();
    for (const [name, path] of Object.entries(screens)) {
      // One picture of a run that has ended is enough: its screen is the same.
      if (name === 'run-completed' && (colorScheme === 'dark' || width === 390)) continue;
      await page.goto(`${url}/console/${path}`);
      await page.locator('h1').first().waitFor();
      await page.waitForFunction(() => document.querySelector('.skeleton') === null);
      if (name === 'topic') await page.locator('.records > li:nth-child(2) > button').click();
      await page.waitForTimeout(700);
      await page.screenshot({ path: `${values.into}/${name}-${colorScheme}-${width}.png` });
    }
  }
await browser.close();
