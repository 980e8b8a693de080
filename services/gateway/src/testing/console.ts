import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Accepted, RunView } from '@millrace/contracts/http';
import type { Page } from 'playwright-core';
import { type Browser, type BrowserOptions, browser } from './browser.js';
import type { World } from './world.js';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const start = async (world: World, text: string): Promise<string> => {
  const body = JSON.stringify({ pipeline: 'reply', input: { text } });
  const headers = { 'content-type': 'application/json' };
  return Accepted.parse(await (await fetch(`${world.url}/v1/runs`, { method: 'POST', headers, body })).json()).id;
};
export const runOf = async (world: World, id: string) =>
  RunView.parse(await (await fetch(`${world.url}/v1/runs/${id}`)).json());

/** A browser that notes what the console must never do: break its policy, ask another host, or write an error. */
export async function watched(options?: BrowserOptions): Promise<Browser & { readonly faults: readonly string[] }> {
  const opened = await browser(options);
  const faults: string[] = [];
  opened.context.on('request', (request) => {
    if (!/^https?:\/\/(127\.0\.0\.1|localhost)[:/]/.test(request.url())) faults.push(`asks ${request.url()}`);
  });
  opened.context.on('weberror', (error) => faults.push(String(error.error())));
  opened.context.on('console', (message) => {
    if (message.type() === 'error' && !/status of [45]\d\d|ERR_(CONNECTION|INCOMPLETE_CHUNKED)/.test(message.text()))
      faults.push(message.text());
  });
  return Object.assign(opened, { faults });
}

/** A run of each kind that somebody may have to look at. */
export async function seed(world: World) {
  const done = await start(world, 'Thank you for the quick help');
  world.toReview(done);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ answer: { approved: true }, by: 'ana' });
  await fetch(`${world.url}/v1/reviews/${done}.approve`, { method: 'POST', headers, body });
  const parked = await start(world, 'My card was charged twice');
  world.failed(parked, 'classify', 'The model broke.');
  const degraded = await start(world, 'أين طلبي؟');
  world.toReviewDegraded(degraded);
  const waiting = await start(world, 'Where is my refund?');
  world.toReview(waiting);
  const running = await start(world, 'Hello');
  return { done, parked, degraded, waiting, running };
}

export const violations = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe);
  return page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }).then(({ violations }) =>
      violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 160)).join(' | ')))`,
  );
};

/** Looks at a page in both themes. */
export async function violationsInBoth(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const one of await violations(page)) found.push(`${colorScheme}: ${one}`);
  }
  return found;
}

/** A proxy that serves a gateway below a path, as an ingress does. */
export async function proxyBelow(path: string, target: string): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const to = new URL((request.url ?? '').slice(path.length) || '/', target);
    const headers = { ...request.headers, host: request.headers.host ?? '' };
    const passed = httpRequest(to, { method: request.method ?? 'GET', headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    request.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
