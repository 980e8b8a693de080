import { ConfigError, processEnv } from '@millrace/service';
import { startStandalone } from './standalone.js';

const began = performance.now();
try {
  const standalone = await startStandalone(processEnv());
  const { url, settings } = standalone;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(`
Millrace is ready after ${seconds} s:  ${url}

  Data       ${settings.dataDir}   (kill this at any time and start again: runs go on)
  Send one   npx millrace run start support-email pipelines/support-email/samples/refund-not-received.eml --watch
  Or         curl -i ${url}/v1/runs -H 'content-type: application/json' \\
               -d '{"pipeline":"support-email","input":{"from":"ann@example.com","subject":"Card","text":"I lost my card"}}'
  See them   ${url}
  Stop       Ctrl-C

`);
  let stopping = false;
  const stop = () => {
    if (stopping) process.exit(1);
    stopping = true;
    process.stdout.write('\nFinishing what is in hand …\n');
    void standalone[Symbol.asyncDispose]().then(() => process.exit(0));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  // The launcher that started this one is gone: nobody would stop it any more.
  process.on('disconnect', stop);
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : `Millrace cannot start: ${String(error instanceof Error ? (error.stack ?? error) : error)}`}\n`,
  );
  process.exit(1);
}
