import { startTimer } from '@millrace/contracts/timers';
import 'reflect-metadata';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import {
  followContracts,
  followLimits,
  followPauses,
  type Runtime,
  type Limits,
  type Pauses,
  refusalOf,
  type Running,
  type Site,
  SITE_HEADERS,
} from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import { receiveMails } from './blobs/large-mail.js';
import { readBody } from './http/body.js';
import type { GatewaySettings } from './config.js';
import { ConsoleFiles } from './console/console-files.js';
import { gatewayModule } from './gateway.module.js';
import { LiveFacts } from './runs/live-facts.js';
import { countRequests } from './http/metrics.js';
import { pathOf, ProblemFilter, RequestProblem } from './http/problems.js';
import { followedModels } from './models/followed-models.js';
import { refuseChanges, WithoutActions } from './http/read-only.js';
import { checkTarget } from './http/target.js';
import { ProgressFeed } from './runs/progress.js';
import { StepTexts } from './runs/step-texts.js';
import { Readiness } from './http/readiness.js';
import { traceRequests } from './request-spans.js';
import { RequestValidation } from './http/validation.js';

export interface GatewayOptions extends Partial<GatewaySettings> {
  readonly reader: StoreReader;
  /** Shared with others in this process, as pauses are; they stay the caller's to close. */
  readonly limits?: Limits;
  readonly pauses?: Pauses;
  /** The longest time that a request with an idempotency key waits to be taken on. */
  readonly takenOnWithinMs?: number;
  /** True, or why those cannot do their work who live in this process too: the gateway is not ready then. */
  readonly others?: (() => Promise<true | string>) | undefined;
  /** Returns the reasons for which stages in this process are not ready: `/readyz` tells of them, and the gateway stays ready. */
  readonly stages?: (() => Promise<readonly string[]>) | undefined;
  readonly port: number;
  readonly host: string;
  /** Takes the next free port where this one is taken. */
  readonly nextFreePort?: boolean | undefined;
}

export interface Gateway extends Running {
  /** The URL on which it listens, e.g. http://127.0.0.1:8080. */
  readonly url: string;
}

/** The largest body; the broker's limit is a second one. */
const MAX_BODY_BYTES = 1024 * 1024;

/** The largest body of a request for a run where there is a blob store. */
const MAX_INPUT_BYTES = 100 * 1024 * 1024;

const beginsRun = (request: IncomingMessage): boolean => request.method === 'POST' && pathOf(request) === '/v1/runs';

/** The interval at which a POST with an idempotency key looks whether its run was accepted. */
const LOOK_SOON_MS = 10;
const TAKEN_ON_WITHIN_MS = 10_000;

/** Serves the API, the console, and health on one port. @throws where the port is taken, unless `nextFreePort` */
export async function startGateway(runtime: Runtime, options: GatewayOptions): Promise<Gateway> {
  const watched = { reader: options.reader, log: runtime.telemetry.log };
  const live = new LiveFacts(watched);
  const soon = new LiveFacts(watched, LOOK_SOON_MS);
  const progress = new ProgressFeed(runtime, { reader: options.reader });
  const readiness = new Readiness(runtime, options.reader, { ...options, progress });
  const limits = options.limits ?? (await followLimits(runtime));
  const pauses = options.pauses ?? (await followPauses(runtime));
  const announced = await followContracts(runtime);
  const models = await followedModels(runtime);
  const texts = new StepTexts(runtime);
  const console = new ConsoleFiles();
  const module = gatewayModule({
    runtime,
    live,
    starting: { live: soon, takenOnWithinMs: options.takenOnWithinMs ?? TAKEN_ON_WITHIN_MS },
    readiness,
    limits,
    pauses,
    announced,
    models,
    texts,
    callbackKey: options.callbackKey,
    reader: options.reader,
    jaegerUrl: options.jaegerUrl,
    readOnly: options.readOnly ?? false,
    console,
    shownTopics: options.shownTopics ?? [],
    recordContent: options.recordContent ?? 'shown',
  });
  const app = await NestFactory.create<NestExpressApplication>(module, {
    bodyParser: false,
    logger: false,
    abortOnError: false,
  });
  prepare(app, runtime, options);
  app.useGlobalFilters(new ProblemFilter({ log: runtime.telemetry.log, pages: console }));
  await app.init();
  const server = app.getHttpServer();
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    ready: () => readiness.state(),
    drain: async (ms) => {
      readiness.stop();
      progress[Symbol.dispose]();
      const late = startTimer(ms, () => server.closeAllConnections());
      await app.close();
      late.stop();
      live[Symbol.dispose]();
      soon[Symbol.dispose]();
      await announced[Symbol.asyncDispose]();
      await models[Symbol.asyncDispose]();
      await texts[Symbol.asyncDispose]();
      if (!options.limits) await limits[Symbol.asyncDispose]();
      if (!options.pauses) await pauses[Symbol.asyncDispose]();
    },
  };
}

/** Says what happens to a request before its operation sees it. */
function prepare(app: NestExpressApplication, { settings, telemetry, blobs }: Runtime, options: GatewayOptions): void {
  app.disable('x-powered-by');
  app.disable('etag');
  const site: Site = { host: options.host, publicUrls: settings.publicUrls };
  app.use(countRequests(telemetry.meters), traceRequests(telemetry.spans), guarded(site));
  if (options.readOnly) {
    app.use(refuseChanges);
    app.useGlobalInterceptors(new WithoutActions());
  }
  const { maxBodyBytes = MAX_BODY_BYTES } = options;
  const { maxBodyBytes: maxBytes = MAX_INPUT_BYTES } = options;
  if (blobs) app.use(receiveMails({ threshold: blobs.threshold, maxBytes, beginsRun }));
  if (blobs) app.useBodyParser('raw', { type: beginsRun, limit: maxBytes });
  app.useBodyParser('raw', { type: () => true, limit: maxBodyBytes });
  app.use(checkTarget, readBody);
  app.useGlobalPipes(new RequestValidation());
}

/** Lets nobody in whom the guard refuses, before a byte of a body is read. */
const guarded =
  (site: Site) =>
  (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    for (const [name, value] of Object.entries(SITE_HEADERS)) response.setHeader(name, value);
    const refusal = refusalOf(request, site);
    next(refusal && new RequestProblem(refusal.code, refusal.detail));
  };

const PORTS_TRIED = 100;

async function listen(server: Server, { host, port, nextFreePort }: GatewayOptions): Promise<void> {
  const last = nextFreePort && port > 0 ? Math.min(port + PORTS_TRIED, 65_535) : port;
  for (let candidate = port; ; candidate++) {
    try {
      return await listenOn(server, { host, port: candidate });
    } catch (error) {
      const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (taken && candidate < last) continue;
      if (!taken) throw error;
      throw new Error(`Port ${port} on ${host} is taken: stop what listens there, or set PORT to another one.`, {
        cause: error,
      });
    }
  }
}

function listenOn(server: Server, at: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
