import { randomId } from '@millrace/contracts';
import { serviceSettings } from '@millrace/runtime';
import { modelsSuite } from './models/suite.js';

describe('calls of models, on Kafka', () =>
  modelsSuite(() => {
    const TOPIC_PREFIX = `${randomId('e2e').slice(0, 12)}.`;
    return Promise.resolve({
      settings: serviceSettings({ ...process.env, LOG_LEVEL: 'silent', TOPIC_PREFIX }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  }));
