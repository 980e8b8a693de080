import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceSettings } from '@millrace/runtime';
import { type InstallationUnderTest, openPlace } from './accepted/suite.js';

interface EmbeddedPlace extends InstallationUnderTest {
  /** The folder of its log, its store and its blobs. */
  readonly dir: string;
}

/** Opens an installation on the embedded log before the tests of a file, in a folder that is gone after them. Returns what gives it to the tests. */
export function embeddedPlace(name: string): () => EmbeddedPlace {
  let place: EmbeddedPlace;
  beforeAll(async () => {
    const dir = await mkdtemp(join(tmpdir(), `millrace-${name}-`));
    place = { dir, ...(await openPlace(serviceSettings({ LOG_LEVEL: 'silent', MILLRACE_DATA: dir }), 1)) };
  }, 60_000);
  afterAll(async () => {
    await place[Symbol.asyncDispose]();
    await rm(place.dir, { recursive: true });
  }, 60_000);
  return () => place;
}
