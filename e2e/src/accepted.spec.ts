import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceSettings } from '@millrace/runtime';
import { accepted, openPlace, type InstallationUnderTest } from './accepted/suite.js';

let dir: string;
let place: InstallationUnderTest;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-accepted-'));
  place = await openPlace(serviceSettings({ LOG_LEVEL: 'silent', MILLRACE_DATA: dir }), 1);
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
});

describe('what was answered, on the embedded log', () => accepted(() => place));
