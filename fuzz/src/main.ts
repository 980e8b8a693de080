import { z } from 'zod';
import { flag, processEnv, readOptions, UsageError } from '@millrace/runtime';
import { campaign, Field, SURFACES, type Tried } from './campaign.js';
import { startEmbedded } from './embedded.js';
import { startOnKafka } from './kafka.js';
import { openServers } from './servers.js';

const HELP = `npm run fuzz             attacks every topic and every HTTP operation, and checks after each attack that everything goes on
  --surface NAME         one of ${SURFACES.join(', ')} (all of them)
  --on embedded|kafka    one process with its own files (embedded), or each service in its own process on the servers that
                         KAFKA_BROKERS and DATABASE_URL name, or on servers that are started for it
  --seed N               which attacks (1)
  --minutes N            how long each surface is attacked (10)

Ends with 0 when nothing was found, with 1 when something was.`;

const Options = z.object({
  surface: z.enum(SURFACES as [string, ...string[]]).optional(),
  on: z.enum(['embedded', 'kafka']).default('embedded'),
  seed: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a whole number')
    .default('1')
    .transform(Number),
  minutes: z
    .string()
    .regex(/^\d{1,3}(\.\d+)?$/, 'expected a number of minutes')
    .default('10')
    .transform(Number),
  help: flag(),
});

const say = (line: string) => void process.stdout.write(`${line}\n`);

function report(all: readonly Tried[]): void {
  say('\n| surface | sent | checks | findings |\n| --- | --- | --- | --- |');
  for (const { surface, sent, checks, findings } of all) {
    const total = Object.values(sent).reduce((sum, n) => sum + n, 0);
    say(`| ${surface} | ${total} | ${checks} | ${findings.length} |`);
  }
  for (const { sent } of all.filter(({ surface }) => surface === 'http' || surface === 'stage'))
    say(JSON.stringify(sent));
  for (const { surface, what, attack, seed } of all.flatMap(({ findings }) => findings))
    say(`\n${surface}, seed ${seed}: ${what}\n  ${attack}`);
}

async function main(): Promise<number> {
  const { surface, on, seed, minutes, help } = readOptions(Options, process.argv.slice(2));
  if (help) {
    say(HELP);
    return 0;
  }
  await using opened = new AsyncDisposableStack();
  const servers = on === 'kafka' ? opened.use(await openServers(processEnv())) : undefined;
  const start = servers ? () => startOnKafka(servers) : startEmbedded;
  const all: Tried[] = [];
  for (const one of SURFACES.filter((name) => surface === undefined || name === surface)) {
    say(`${one}, ${on}, seed ${seed}, ${minutes} minutes`);
    await using field = new Field(start);
    all.push(await campaign({ surface: one, field, seed, attacks: Infinity, ms: minutes * 60_000, say }));
  }
  report(all);
  return all.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${HELP}\n`);
  process.exit(2);
}
