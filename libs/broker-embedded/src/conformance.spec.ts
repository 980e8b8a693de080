import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { brokerConformance } from '@millrace/broker/conformance';
import { crash, embeddedBroker } from './embedded-broker.js';

brokerConformance('the embedded log', {
  start() {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'millrace-log-'));
    return Promise.resolve({
      broker: () => embeddedBroker({ dir }),
      crash,
      stop: () => fs.promises.rm(dir, { recursive: true }),
    });
  },
  seeds: [1, 2, 3, 4],
});
