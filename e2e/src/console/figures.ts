import { loadavg } from 'node:os';
import { MillraceClient } from '@millrace/client';
import { type Browser, browser } from '@millrace/gateway/testing/browser';
import type { Page } from 'playwright-core';
import { ROOT, until } from '../processes.js';
import { startStandalone } from '../standalone-process.js';

export interface ConsoleFiguresOptions {
  /** The number of runs in the list. */
  readonly runs: number;
  /** The number of items of the map. */
  readonly items: number;
}

interface Figure {
  readonly name: string;
  readonly measured: string;
  readonly goal: string;
}

interface Scene {
  readonly url: string;
  readonly millrace: MillraceClient;
  readonly chromium: Browser;
}

/** Requests under way at once while the installation is filled. */
const AT_ONCE = 64;
const TIMES = 5;
const IDLE_MS = 10_000;
const WHEELS = 150;

/** In the page: notes tasks that keep it busy for longer than 50 ms, and tells when something is first seen. */
const PROBE = `
window.longTasks = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) longTasks.push({ startTime, duration });
}).observe({ type: 'longtask', buffered: true });
window.seen = (selector) => new Promise((resolve) => {
  const look = () => document.querySelector(selector) ? resolve(performance.now()) : requestAnimationFrame(look);
  look();
});`;

/** Fills a standalone installation, and prints how long the console takes with what is in it. */
export async function consoleFigures(options: ConsoleFiguresOptions): Promise<void> {
  await using installation = await startStandalone({}, `${ROOT}e2e/console-figures`);
  const { url } = installation.service;
  const millrace = new MillraceClient({ url });
  await fill(millrace, options.runs);
  await using chromium = await browser();
  await chromium.context.addInitScript(PROBE);
  const scene = { url, millrace, chromium };
  const load = () => loadavg()[0]?.toFixed(1) ?? '?';
  const before = load();
  const figures = [
    ...(await listFigures(scene)),
    ...(await longRunFigures(scene)),
    ...(await mapFigures(scene, options.items)),
    ...(await liveFigures(scene)),
  ];
  process.stdout.write(`\n${options.runs} runs; load ${before} before, ${load()} after\n\n`);
  process.stdout.write('| what | measured | goal |\n| --- | --- | --- |\n');
  for (const { name, measured, goal } of figures) process.stdout.write(`| ${name} | ${measured} | ${goal} |\n`);
}

/** Starts so many runs, and waits until all have ended. */
async function fill(millrace: MillraceClient, runs: number): Promise<void> {
  let [next, said] = [0, 0];
  const start = async () => {
    for (let n = next++; n < runs; n = next++) {
      await millrace.runs.start({ pipeline: 'short', input: { title: `Order ${n}`, n } });
      if (n >= said + 10_000) process.stderr.write(`${(said += 10_000)} runs are started\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, start));
  await until('all runs have ended', async () => (await millrace.overview()).runs.running?.count === 0, 600_000);
}

const ms = (value: number): string => `${Math.round(value)} ms`;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

/** Opens a page anew, and returns the milliseconds after which something is on it. */
async function opened(page: Page, url: string, selector: string): Promise<number> {
  await page.goto(url, { waitUntil: 'commit' });
  return page.evaluate<number>(`seen('${selector}')`);
}

/** Returns the longest task since a time, and the number of those that are longer than 50 ms. */
async function longTasks(page: Page, since: number): Promise<{ readonly count: number; readonly longest: number }> {
  const found = await page.evaluate<readonly { startTime: number; duration: number }[]>('longTasks');
  const later = found.filter(({ startTime }) => startTime >= since).map(({ duration }) => duration);
  return { count: later.length, longest: Math.max(0, ...later) };
}

const now = (page: Page): Promise<number> => page.evaluate<number>('performance.now()');
const tasksText = ({ count, longest }: { readonly count: number; readonly longest: number }): string =>
  count === 0 ? 'none' : `${count}, the longest ${ms(longest)}`;

async function listFigures({ url, chromium }: Scene): Promise<readonly Figure[]> {
  const page = await chromium.open();
  const times: number[] = [];
  for (let time = 0; time <= TIMES; time++) times.push(await opened(page, `${url}/console/runs`, '.runs > li'));
  await page.waitForTimeout(1_000);
  const since = await now(page);
  await page.mouse.move(600, 500);
  for (let wheel = 0; wheel < WHEELS; wheel++) {
    await page.mouse.wheel(0, 500);
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
  const tasks = await longTasks(page, since);
  const rows = await page.locator('.runs > li').count();
  await page.close();
  return [
    { name: 'list, first rows (first visit)', measured: ms(times[0] ?? NaN), goal: '' },
    { name: 'list, first rows (later visits, median)', measured: ms(median(times.slice(1))), goal: '300 ms' },
    { name: `list, tasks over 50 ms while scrolled by ${WHEELS * 500} px`, measured: tasksText(tasks), goal: 'none' },
    { name: 'list, rows on the page after that', measured: String(rows), goal: '' },
  ];
}

/** Clicks on a step, and returns the milliseconds until it is shown. */
const CLICK = `(async () => {
  const since = performance.now();
  const buttons = document.querySelectorAll('.waterfall li button');
  const name = buttons[7].querySelector('b').textContent;
  buttons[7].click();
  while (document.querySelector('.panel h2')?.textContent !== name) await new Promise(requestAnimationFrame);
  return performance.now() - since;
})()`;

async function longRunFigures({ url, millrace, chromium }: Scene): Promise<readonly Figure[]> {
  const { id } = await millrace.runs.start({ pipeline: 'long', input: { n: 0 } });
  await millrace.runs.ended(id);
  const page = await chromium.open();
  const times: number[] = [];
  const path = `${url}/console/runs/${id}`;
  for (let time = 0; time < TIMES; time++) {
    await opened(page, path, '.waterfall li');
    times.push(await page.evaluate<number>(`seen('.graph .node')`));
  }
  await page.waitForTimeout(1_000);
  const tasks = await longTasks(page, 0);
  const click = await page.evaluate<number>(CLICK);
  await page.close();
  return [
    { name: 'run of 1,000 steps, steps and graph are there (median)', measured: ms(median(times)), goal: '1 s' },
    { name: 'run of 1,000 steps, tasks over 50 ms while it opens', measured: tasksText(tasks), goal: '' },
    { name: 'run of 1,000 steps, a step is chosen', measured: ms(click), goal: '100 ms' },
  ];
}

async function mapFigures({ url, millrace, chromium }: Scene, items: number): Promise<readonly Figure[]> {
  const numbers = Array.from({ length: items }, (_, n) => n);
  const page = await chromium.open();
  let reads = 0;
  page.on('request', (request) => void (reads += Number(/\/v1\/runs\/run_\w+$/.test(request.url()))));
  const began = performance.now();
  const { id } = await millrace.runs.start({ pipeline: 'wide', input: { numbers } });
  await until('it has begun', () => millrace.runs.get(id).catch(() => undefined));
  await opened(page, `${url}/console/runs/${id}`, '.waterfall li');
  const since = await now(page);
  await page.getByRole('heading', { level: 1, name: /completed/ }).waitFor({ timeout: 300_000 });
  const took = performance.now() - began;
  const tasks = await longTasks(page, since);
  const again = await opened(page, `${url}/console/runs/${id}`, '.waterfall li');
  await page.close();
  const name = `map of ${items} items`;
  return [
    { name: `${name}, tasks over 50 ms while it runs (${ms(took)})`, measured: tasksText(tasks), goal: 'none' },
    { name: `${name}, reads of the run meanwhile`, measured: String(reads), goal: '' },
    { name: `${name}, the page once it has ended`, measured: ms(again), goal: '1 s' },
  ];
}

async function liveFigures({ url, millrace, chromium }: Scene): Promise<readonly Figure[]> {
  const page = await chromium.open(`${url}/console/runs`);
  await page.locator('.runs > li').first().waitFor();
  const times: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const title = `Live ${n}`;
    const since = performance.now();
    await millrace.runs.start({ pipeline: 'short', input: { title, n } });
    await page.locator('button.fresh').waitFor();
    times.push(performance.now() - since);
    await page.locator('button.fresh').click();
    await page.getByText(title).waitFor();
  }
  await page.waitForTimeout(3_000);
  let requests = 0;
  page.on('request', () => void requests++);
  await page.waitForTimeout(IDLE_MS);
  return [
    { name: 'list, a new run is told (the slowest)', measured: ms(Math.max(...times)), goal: '1 s' },
    { name: `list, requests in ${IDLE_MS / 1_000} idle seconds`, measured: String(requests), goal: '0' },
  ];
}
