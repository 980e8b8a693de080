import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fakeProvider } from '@millrace/ai/testing';
import { MillraceClient, type StepTextEvent } from '@millrace/client';
import { CLEAR } from './api.js';
import { answerTo, asksProvider } from './models/mail-provider.js';
import { ROOT, until } from './processes.js';
import { startStandalone } from './standalone-process.js';

test('the tokens of a model are shown while they are written, over HTTP and by run watch, and are no part of the history', async () => {
  await using provider = await fakeProvider({
    reply: (request) => ({ ...answerTo(request), everyMs: request.prompt === 'draft' ? 150 : 0 }) as never,
  });
  await using installation = await startStandalone({ ...asksProvider(provider), MODEL_STREAMED: 'true' });
  const { api, service } = installation;
  const run = await api.start(CLEAR, 'streamed');
  const watching = spawn(
    process.execPath,
    [join(ROOT, 'services/millrace/bin/millrace.mjs'), 'run', 'watch', run, '--url', service.url],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  watching.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const watched = new Promise((resolve) => watching.once('close', resolve));
  await until('draft is asked for', () => provider.requests.some(({ prompt }) => prompt === 'draft'));
  const events: StepTextEvent[] = [];
  for await (const event of new MillraceClient({ url: service.url }).runs.text({ run, step: 'draft' })) {
    events.push(event);
    // It is not there at once: the step is still under way when its first words are shown.
    if (events.length === 2)
      expect((await api.run(run)).steps.find(({ name }) => name === 'draft')!.status).toBe('running');
  }
  const text = events.map((event) => (event.type === 'text' ? event.text : '')).join('');
  expect(JSON.parse(text)).toMatchObject({ paragraphs: [expect.stringContaining('freeze the card')] });
  expect(events.length).toBeGreaterThan(4);
  expect(events.at(-1)).toEqual({ type: 'end', status: 'completed' });
  await api.settled(run, 'completed');
  await watched;
  expect(said).toContain('│ draft');
  expect(said.replaceAll(/\s+(?:│ draft)?\s*/g, '')).toContain('freezethecard');
  expect((await api.history(run)).some(({ type }) => type.includes('text'))).toBe(false);
}, 120_000);
