import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceSettings } from '@millrace/runtime';
import { modelsSuite } from './models/suite.js';

describe('calls of models, on the embedded log', () =>
  modelsSuite(async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'millrace-models-'));
    return {
      settings: { ...serviceSettings({ LOG_LEVEL: 'silent' }), dataDir },
      [Symbol.asyncDispose]: () => rm(dataDir, { recursive: true, force: true }),
    };
  }));
