import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceSettings } from '@millrace/runtime';
import { type InstallationUnderTest, openPlace } from './accepted/suite.js';
import { largeSuite } from './large/suite.js';

let dir: string;
let place: InstallationUnderTest;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'millrace-large-'));
  place = await openPlace(serviceSettings({ LOG_LEVEL: 'silent', MILLRACE_DATA: dir }), 1);
}, 60_000);
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await rm(dir, { recursive: true });
}, 60_000);

describe('large values, on the embedded log with blobs in a folder beside it', () =>
  largeSuite(() => ({ ...place, folder: join(dir, 'blobs') })));
