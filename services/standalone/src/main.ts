import { flushCompileCache } from 'node:module';
import { BrokerError } from '@millrace/broker';
import { misspeltText } from '@millrace/contracts';
import { ConfigError, processEnv } from '@millrace/service';
import { redact } from '@millrace/telemetry';
import { DataUnusable } from './data-unusable.js';
import { type Standalone, startStandalone } from './standalone.js';

/** Ctrl-C reaches us from the terminal, from npm and from our launcher: signals this close together are one. */
const SAME_SIGNAL_MS = 500;

let standalone: Standalone | undefined;
let stopping: number | undefined;

function stop(): void {
  const now = performance.now();
  if (!standalone) process.exit(1);
  if (stopping === undefined) {
    stopping = now;
    process.stdout.write('\nFinishing what is in hand; Ctrl-C again ends it at once.\n');
    void standalone[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error: unknown) => refuse(`Millrace did not end well: ${stackOf(error)}`),
    );
  } else if (now - stopping > SAME_SIGNAL_MS) process.exit(1);
}

function refuse(message: string): never {
  process.stderr.write(`${redact(message)}\n`);
  process.exit(1);
}

const stackOf = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop);
for (const line of misspeltText(processEnv())) process.stderr.write(`${line}\n`);
try {
  standalone = await startStandalone(processEnv());
} catch (error) {
  if (error instanceof ConfigError) refuse(error.message);
  const isTold = error instanceof BrokerError || error instanceof DataUnusable;
  refuse(`Millrace cannot start: ${isTold ? error.message : stackOf(error)}`);
}
// When the launcher is gone, nobody would stop this process any more. It may have gone while we started.
process.on('disconnect', stop);
if (process.connected === false) stop();

const { url, settings, pipelines } = standalone;
const seconds = (performance.now() / 1_000).toFixed(1);
const taken = settings.port !== 0 && Number(new URL(url).port) !== settings.port;

/** What to type next: for the pipeline that comes with everything, with what there is to try. */
function hints(): string {
  if (pipelines.includes('support-email'))
    return `  Send one   npx millrace run start support-email pipelines/support-email/samples/refund-not-received.eml --watch
  Or         curl -i ${url}/v1/runs -H 'content-type: application/json' \\
               -d '{"pipeline":"support-email","input":{"from":"ann@example.com","subject":"Card","text":"I lost my card"}}'
`;
  return pipelines
    .map((name) => `  Send one   npx millrace run start ${name} INPUT.json --watch   (its README has what to send)\n`)
    .join('');
}

process.stdout.write(`
Millrace is ready after ${seconds} s:  ${url}${taken ? `   (port ${settings.port} is taken)` : ''}

  Data       ${settings.dataDir}   (kill this at any time and start again: runs go on)
${hints()}  See them   ${url}
  Stop       Ctrl-C

`);
// Now, and not only at an orderly end: the next start is quicker.
flushCompileCache();
