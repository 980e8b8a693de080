import { serve, untilReached } from '@millrace/runtime';
import { openStore } from '@millrace/store';
import { gatewaySettings } from './config.js';
import { startGateway } from './gateway.js';

await serve(
  'gateway',
  async (runtime, settings, { signal, takePort }) => {
    const { databaseUrl, dataDir, host, port } = runtime.settings;
    const { log } = runtime.telemetry;
    const onError = (err: Error) => log.warn({ err }, 'The store was lost.');
    const store = await untilReached({ log, signal }, () => openStore({ databaseUrl, dataDir, onError }));
    await takePort();
    const gateway = await startGateway(runtime, { reader: store.reader, host, port, ...settings });
    log.info({ url: gateway.url }, 'Listening.');
    return { ready: gateway.ready, drain: (ms) => gateway.drain(ms).finally(() => store[Symbol.asyncDispose]()) };
  },
  { config: gatewaySettings, database: true },
);
