import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processEnv } from '@millrace/runtime';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A Chromium of this machine. In CI it has to be there; elsewhere the suites are skipped without it. */
const executablePath = [processEnv()['CHROMIUM_PATH'], ...PLACES].find((path) => path && existsSync(path));
if (!executablePath && processEnv()['CI']) throw new Error('There is no Chromium: install the package `chromium`.');

const why = 'skipped: no Chromium here (install the package `chromium`, or set CHROMIUM_PATH)';

/** `describe` where there is a Chromium. */
export const inChromium = (name: string, suite: () => void): void =>
  executablePath ? describe(name, suite) : describe.skip(`${name} (${why})`, suite);

export interface Browser extends AsyncDisposable {
  open(url?: string): Promise<Page>;
  readonly context: BrowserContext;
}

export interface BrowserOptions {
  /** Names that lead to 127.0.0.1 here, whatever they are elsewhere. */
  readonly names?: readonly string[];
  readonly dark?: boolean;
  readonly width?: number;
  /** The zone of the machine, such as `Asia/Tokyo`. */
  readonly timeZone?: string;
}

/** A Chromium with an empty profile that asks nobody but loopback. */
export async function browser(options: BrowserOptions = {}): Promise<Browser> {
  const { names = [], dark = false, width = 1280, timeZone } = options;
  const profile = await mkdtemp(join(tmpdir(), 'millrace-browser-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath !== undefined && { executablePath }),
    ...(timeZone !== undefined && { timezoneId: timeZone }),
    headless: true,
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height: width < 600 ? 844 : 900 },
    args: [
      ...'--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking'.split(' '),
      ...'--disable-component-update --disable-sync'.split(' '),
      `--host-resolver-rules=${[...names.map((name) => `MAP ${name} 127.0.0.1`), 'MAP * ~NOTFOUND', 'EXCLUDE localhost', 'EXCLUDE 127.0.0.1'].join(', ')}`,
    ],
  });
  // What does not come fails its test before Jest gives up, and is closed.
  context.setDefaultTimeout(20_000);
  return {
    context,
    open: async (url) => {
      const page = await context.newPage();
      if (url !== undefined) await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A web site of somebody else, on a port of its own. */
export async function otherSite(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end('<!doctype html><title>Another site</title><p>Cats.');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
