import { sleep, timeoutSignal } from '@millrace/contracts/timers';
import { type Command, Option } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { type Format, FORMATS, listed } from '../output/output.js';
import type { Finding } from '../stage-check/check-stage.js';
import type { CheckStageOptions } from '../stage-check/stage-on-broker.js';
import type { Terminal } from '../output/terminal.js';
import { jsonFile, wholeNumber } from '../input/values.js';

interface StageCheckOptions {
  readonly output: Format;
  readonly input?: string;
  readonly prefix?: string;
  readonly wait: number;
  readonly within: number;
}

export function stageCheckCommand(stage: Command, { terminal, end }: CliContext): void {
  stage
    .command('check')
    .description(
      'send a running stage valid, invalid, late, repeated and cancelled commands, and say what it does wrong',
    )
    .argument('<stage>')
    .option(
      '--input <file>',
      'file with a valid input for the stage (JSON; - for standard input); without it, one is made up',
    )
    .option(
      '--prefix <prefix>',
      'prefix of the topics; use one that only the check uses (default: TOPIC_PREFIX, else check.)',
    )
    .option('--wait <seconds>', 'seconds to wait for the stage to start', wholeNumber('--wait'), 60)
    .option('--within <seconds>', 'seconds to wait for each answer', wholeNumber('--within'), 30)
    .addOption(new Option('-o, --output <format>', 'output format').choices(FORMATS).default('table'))
    .addHelpText(
      'after',
      '\nOn Kafka (KAFKA_BROKERS). Start the stage with the same TOPIC_PREFIX, where no coordinator takes part: the check does real work.',
    )
    .action(async (name: string, options: StageCheckOptions) => {
      const input = options.input === undefined ? {} : { input: await jsonFile(options.input, terminal) };
      const findings = await checked({ name, withinMs: options.within * 1_000, ...input }, options, terminal);
      const columns = [
        { title: 'STATE', of: ({ state }: Finding) => state },
        { title: 'PROMISE', of: ({ check }: Finding) => check },
        { title: 'WHAT HAPPENED', of: ({ detail }: Finding) => detail },
      ];
      terminal.out(listed({ items: findings, columns, name: ({ check }) => check }, options.output));
      const broken = findings.filter(({ state }) => state === 'broken').length;
      if (broken === 0) return;
      terminal.say(
        `${name} breaks ${broken} of ${findings.length} promises: docs/reference/wire.md says what a stage has to do.\n`,
      );
      end(EXIT.error);
    });
}

type Given = Pick<CheckStageOptions, 'name' | 'input' | 'withinMs'>;

/** Opens the broker that the environment names, waits for the stage and checks it. */
async function checked(given: Given, options: StageCheckOptions, terminal: Terminal): Promise<readonly Finding[]> {
  if (!terminal.env['KAFKA_BROKERS']?.trim())
    throw new CliError(
      EXIT.usage,
      'Set KAFKA_BROKERS to the Kafka that the stage uses. A log of one process cannot be looked into from another one.',
    );
  // Loaded only here: no other command talks to Kafka.
  const { ensureStageTopics, openRuntime, serviceSettings } = await import('@millrace/runtime');
  const { checkStage } = await import('../stage-check/check-stage.js');
  const prefix = options.prefix ?? terminal.env['TOPIC_PREFIX'] ?? 'check.';
  const env = { ...terminal.env, TOPIC_PREFIX: prefix, LOG_LEVEL: 'silent' };
  const late = timeoutSignal(options.wait * 1_000);
  const signal = AbortSignal.any([terminal.signal, late]);
  await using opened = await openRuntime('stage-check', serviceSettings(env), { signal }).catch((cause: unknown) => {
    if (!late.aborted) throw cause;
    const brokers = String(terminal.env['KAFKA_BROKERS']);
    const text = `Kafka did not answer at ${brokers} within ${options.wait} s: check KAFKA_BROKERS, and that it runs.`;
    throw new CliError(EXIT.noConnection, text, { cause });
  });
  const { broker, topics, groups } = opened;
  if ((await broker.consumers(groups.runs, topics.runs)) > 0)
    throw new CliError(
      EXIT.notAllowedNow,
      `A coordinator takes part under the prefix ${prefix}: what the check writes would become dead letters there.\nStart the stage with another TOPIC_PREFIX, e.g. check., and give that as --prefix.`,
    );
  await ensureStageTopics(opened, [given.name]);
  const group = groups.stage(given.name);
  const isServed = async () => (await broker.consumers(group, topics.stage(given.name))) > 0;
  if (!(await isServed())) terminal.say(`Waiting for the stage: start it with TOPIC_PREFIX=${prefix}\n`);
  if (!(await untilServed(isServed, { waitMs: options.wait * 1_000, signal: terminal.signal })))
    throw new CliError(
      EXIT.timeout,
      `No process took part in the consumer group ${group} within ${options.wait} s: start the stage with TOPIC_PREFIX=${prefix}, or read its log.`,
    );
  // Awaited here: the broker is closed when this ends.
  return await checkStage({ ...given, broker, topics, group });
}

async function untilServed(
  isServed: () => Promise<boolean>,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const end = performance.now() + waitMs;
  while (performance.now() < end) {
    if (await isServed()) return true;
    await sleep(100, { signal });
  }
  return false;
}
