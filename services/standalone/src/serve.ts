import nodeModule from 'node:module';
import { BrokerError } from '@millrace/broker';
import { misspeltText } from '@millrace/contracts';
import { ProjectError } from '@millrace/project';
import { ConfigError, processEnv } from '@millrace/runtime';
import { StoreUnusable } from '@millrace/store';
import { redact } from '@millrace/telemetry';
import { type Standalone, startStandalone } from './standalone.js';

/** Ctrl-C reaches us from the terminal, from npm and from our launcher: signals this close together are one. */
const SAME_SIGNAL_MS = 500;

/** `--dev`: new runs get the project as it is now. `--again`: it was started before, so that all has been said. */
const args = new Set(process.argv.slice(2));

let standalone: Standalone | undefined;
let stopping: number | undefined;

function stop(signal?: string): void {
  const now = performance.now();
  if (!standalone) process.exit(1);
  if (stopping === undefined) {
    stopping = now;
    if (signal === 'SIGINT') process.stdout.write('\nFinishing what is in hand; Ctrl-C again ends it at once.\n');
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
  standalone = await startStandalone(processEnv(), {
    from: process.cwd(),
    build: 'sources',
    routesToProject: args.has('--dev'),
  });
} catch (error) {
  if (error instanceof ConfigError) refuse(error.message);
  const isTold = [BrokerError, StoreUnusable, ProjectError].some((kind) => error instanceof kind);
  refuse(`Millrace cannot start: ${isTold ? (error as Error).message : stackOf(error)}`);
}
// When the launcher is gone, nobody would stop this process any more. It may have gone while we started.
process.on('disconnect', () => stop());
if (process.connected === false) stop();

const { url, settings, pipelines, samples } = standalone;
const seconds = (performance.now() / 1_000).toFixed(1);
const taken =
  settings.port !== 0 && Number(new URL(url).port) !== settings.port ? `   (port ${settings.port} is taken)` : '';
const hints = pipelines
  .map((name) => `  Send one   npx millrace run start ${name} ${samples[name] ?? 'INPUT.json'} --watch\n`)
  .join('');

if (args.has('--again')) process.stdout.write(`Ready again after ${seconds} s:  ${url}${taken}\n`);
else
  process.stdout.write(`
Millrace is ready after ${seconds} s:  ${url}${taken}

  Data       ${settings.dataDir}   (kill this at any time and start again: runs go on)
${hints}  See them   ${url}/console/
  Stop       Ctrl-C

`);
// Now, and not only at an orderly end: the next start is quicker.
nodeModule.flushCompileCache();
