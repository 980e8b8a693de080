import { AppModule, quotes } from '@millrace/example-nestjs-app';
import { MillraceStage } from '@millrace/stage';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Workshop } from './constructs/workshop.js';

let workshop: Workshop;
let app: INestApplication;
let url: string;
beforeAll(async () => {
  workshop = await Workshop.open({ pipelines: [quotes] });
  app = await NestFactory.create(AppModule, { logger: false });
  const env = { LOG_LEVEL: 'silent' };
  app.connectMicroservice(
    { strategy: new MillraceStage({ broker: workshop.broker, env }) },
    { inheritAppConfig: true },
  );
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(async () => {
  await app.close();
  await workshop[Symbol.asyncDispose]();
});

const ended = async (article: string, pieces: number) =>
  workshop.ended(await workshop.start(quotes, { article, pieces }));

test('an application does a step of a pipeline with the providers that its HTTP API has', async () => {
  expect((await ended('pen', 3)).output).toEqual({ cents: 360, attempt: 1 });
  const body = JSON.stringify({ cents: 150 });
  await fetch(`${url}/prices/pen`, { method: 'PUT', body, headers: { 'content-type': 'application/json' } });
  expect((await ended('pen', 3)).output).toEqual({ cents: 450, attempt: 1 });
  expect(await (await fetch(`${url}/prices/paper`)).json()).toEqual({ cents: 5 });
});

test('an interceptor changes what the stage answers', async () => {
  expect((await ended('paper', 10_000)).output).toEqual({ cents: 45_000, attempt: 1 });
});

test.each([
  ['a guard that refuses', 'unicorn', 1, 'STAGE_REFUSED'],
  ['a failure for good', 'pen', 2_000_000, 'TOO_MANY_PIECES'],
])('%s parks the step with its code', async (_, article, pieces, code) => {
  const run = await ended(article, pieces);
  expect(run.status).toBe('dead-lettered');
  expect(run.steps.get('quote')).toMatchObject({ failure: { code } });
});
