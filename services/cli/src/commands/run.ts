import { timeoutSignal } from '@millrace/contracts/timers';
import { type Command, Option } from 'commander';
import type { Accepted, MillraceClient, StartRun } from '@millrace/client';
import { clientOf, type CommonOptions, type CliContext, inputSchemaOf, talking } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { factLine } from '../output/facts.js';
import { follow } from '../follow.js';
import { tellUnserved } from '../output/no-consumer.js';
import { shown } from '../output/output.js';
import { commandOf } from '../output/terminal.js';
import { tellOutcome } from '../output/outcome.js';
import { runText } from '../output/run-text.js';
import { stepOfRun, stepText } from '../output/step-text.js';
import { StepTextLines } from '../output/step-texts.js';
import { secondsOf, startAtOf } from '../output/times.js';
import { answerOf, payloadOf, several } from '../input/values.js';
import { archivedRun, archivedText } from './archived-run.js';
import { acting, actOf, type ActOptions } from './acting.js';
import { outcomeCommand } from './run-outcome.js';
import { blobCommand } from './run-blob.js';
import { runListCommands } from './run-list.js';
import { replayCommands } from './run-replay.js';

interface StartOptions extends CommonOptions {
  readonly input?: string[];
  readonly json?: string;
  readonly wait?: string | true;
  readonly watch?: true;
  readonly idempotencyKey?: string;
  readonly at?: string;
  readonly delay?: string;
  readonly priority?: StartRun['priority'];
  readonly tenant?: string;
}

export function runCommands(program: Command, context: CliContext): void {
  const run = program.command('run').alias('runs').description('start, list, watch and change runs');
  const { terminal } = context;

  talking(run.command('start'))
    .description('start a run')
    .argument('<pipeline>')
    .argument('[file]', 'a mail (.eml) or JSON; - for standard input')
    .option(
      '-i, --input <key=value>',
      'a field of the input, read as the type that the pipeline says (1.50 is a number there, and text where it says string); may be given several times',
      several,
    )
    .option('--json <json>', 'the input as JSON')
    .option('--wait [seconds]', 'wait until the run has ended or waits for somebody (default: 60 s)')
    .option('--watch', 'wait in the same way, and show each event')
    .option('--at <time>', 'start the run at this time, e.g. 2026-01-31T09:00:00Z')
    .option('--delay <duration>', 'start the run after this time, e.g. 90s, 30m, 2h, 3d')
    .addOption(
      new Option('--priority <priority>', 'priority of the run’s steps in stages that are busy').choices([
        'high',
        'normal',
        'low',
      ]),
    )
    .option('--tenant <tenant>', 'tenant of the run; busy stages serve tenants in turn')
    .option(
      '--idempotency-key <key>',
      'idempotency key: a second start with the same key and input returns the same run',
    )
    .action(async (pipeline: string, file: string | undefined, options: StartOptions) => {
      const client = clientOf(terminal, options);
      const startAt = await startAtOf(options, Date.now());
      secondsOf(options.wait);
      const schemaFor = inputSchemaOf(client, pipeline);
      const payload = await payloadOf({ file, pairs: options.input, json: options.json }, terminal, schemaFor);
      const { idempotencyKey, priority, tenant } = options;
      const run = { pipeline, startAt, priority, tenant };
      const accepted: Accepted =
        'mail' in payload
          ? await client.runs.startFromMail(payload.mail, run, { idempotencyKey })
          : await client.runs.start({ ...run, input: payload.json }, { idempotencyKey });
      if (!options.watch && options.wait === undefined) {
        terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
        terminal.say(`Follow it with: ${commandOf(terminal, `run watch ${accepted.id}`)}\n`);
        return;
      }
      terminal.say(`${accepted.id}  ${client.url}/runs/${accepted.id}\n`);
      await watch(accepted.id, { ...options, client, context, quiet: !options.watch });
    });

  runListCommands(run, context);
  blobCommand(run, context);

  talking(run.command('get'))
    .description('show a run and its steps')
    .argument('<run>')
    .option('--step <step>', 'show this step of it: its attempts, and the calls of models that they made')
    .option('--archive <folder>', 'read the run from an archive (the coordinator’s ARCHIVE_DIR), after it was removed')
    .action(async (id: string, options: CommonOptions & { archive?: string; step?: string }) => {
      if (options.archive !== undefined) {
        const archived = await archivedRun(options.archive, id);
        terminal.out(shown(archived, options.output, { name: id, text: () => archivedText(archived, terminal) }));
        return;
      }
      const view = await clientOf(terminal, options).runs.get(id);
      if (options.step === undefined) {
        terminal.out(shown(view, options.output, { name: view.id, text: () => runText(view, terminal) }));
        return;
      }
      const step = stepOfRun(view, options.step);
      terminal.out(shown(step, options.output, { name: step.name, text: () => stepText(step) }));
    });

  talking(run.command('watch'))
    .description('show the events of a run until it has ended or waits for somebody')
    .argument('<run>')
    .option('--wait <seconds>', 'the longest time to wait')
    .action(async (id: string, options: CommonOptions & { wait?: string }) => {
      await watch(id, { ...options, client: clientOf(terminal, options), context, quiet: false });
    });

  acting(talking(run.command('cancel')))
    .description('cancel a run')
    .argument('<run>')
    .option('--compensate', 'first undo the completed steps, the last one first')
    .action(async (id: string, options: CommonOptions & ActOptions & { compensate?: true }) => {
      const client = clientOf(terminal, options);
      const body = { ...actOf(options), ...(options.compensate && { compensate: true }) };
      const accepted = await client.runs.cancel(id, body);
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
      terminal.say('It is being cancelled.\n');
    });

  const standing = (verb: 'pause' | 'resume', description: string, said: string) =>
    acting(talking(run.command(verb)))
      .description(description)
      .argument('<run>')
      .action(async (id: string, options: CommonOptions & ActOptions) => {
        const accepted = await clientOf(terminal, options).runs[verb](id, actOf(options));
        terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
        terminal.say(`${said}\n`);
      });
  standing('pause', 'begin nothing new for a run and its child runs; what is in hand ends', 'It is being paused.');
  standing('resume', 'go on with a run that is paused', 'It goes on.');

  acting(talking(run.command('move')))
    .description('move a run to another version of its pipeline, from one of its steps on')
    .argument('<run>')
    .requiredOption('--to <version>', 'the number of a version, or a plan')
    .requiredOption('--from <step>', 'the step of that version to go on from; what ended before it is kept')
    .action(async (id: string, options: CommonOptions & ActOptions & { to: string; from: string }) => {
      const to = /^\d+$/.test(options.to) ? Number(options.to) : options.to;
      const body = { to, from: options.from, ...actOf(options) };
      const accepted = await clientOf(terminal, options).runs.move(id, body);
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
      terminal.say(`It is being moved. Follow it with: ${commandOf(terminal, `run watch ${accepted.id}`)}\n`);
    });

  replayCommands(run, context);

  outcomeCommand(run, context);

  acting(talking(run.command('tag')))
    .description('add tags to a run, or remove them')
    .argument('<run>')
    .argument('[tag...]')
    .option('--remove <tag>', 'a tag to remove; can be repeated', several)
    .action(async (id: string, add: string[], options: CommonOptions & ActOptions & { remove?: string[] }) => {
      const { remove } = options;
      const body = { ...(add.length > 0 && { add }), ...(remove && { remove }), ...actOf(options) };
      const accepted = await clientOf(terminal, options).runs.tag(id, body);
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
    });

  talking(run.command('note'))
    .description('add a note to a run, for everybody who looks at it')
    .argument('<run>')
    .argument('<text>')
    .option('--by <name>', 'your name')
    .action(async (id: string, text: string, options: CommonOptions & { by?: string }) => {
      const { by } = options;
      const accepted = await clientOf(terminal, options).runs.note(id, { text, ...(by !== undefined && { by }) });
      terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
    });

  acting(talking(run.command('signal')))
    .description('send the signal that a step waits for')
    .argument('<run>')
    .argument('<step>')
    .option('-s, --set <key=value>', 'a field of the payload; can be repeated', several)
    .option('--json <json>', 'the payload as JSON')
    .option('--id <id>', 'id of the signal: a second signal with the same id is ignored')
    .action(
      async (
        id: string,
        step: string,
        options: CommonOptions & ActOptions & { set?: string[]; json?: string; id?: string },
      ) => {
        const client = clientOf(terminal, options);
        const schemaFor = async () => (await client.reviews.get(`${id}.${step}`)).schema;
        const payload = await answerOf({ pairs: options.set, json: options.json }, schemaFor);
        const signal = options.id === undefined ? {} : { id: options.id };
        const accepted = await client.runs.signal({ run: id, step }, { payload, ...signal, ...actOf(options) });
        terminal.out(shown(accepted, options.output, { name: accepted.id, text: () => accepted.id }));
        terminal.say(`Sent. Follow it with: ${commandOf(terminal, `run watch ${accepted.id}`)}\n`);
      },
    );
}

interface Watching extends CommonOptions {
  readonly client: MillraceClient;
  readonly context: CliContext;
  /** Only the outcome. */
  readonly quiet: boolean;
  readonly wait?: string | true;
  readonly after?: number;
}

/** Follows a run and ends the command as the run ends. */
export async function watch(run: string, watching: Watching): Promise<void> {
  const { client, context, quiet, wait, after, output } = watching;
  const { terminal } = context;
  const seconds = secondsOf(wait);
  const late = timeoutSignal((seconds ?? Infinity) * 1_000);
  const signal = AbortSignal.any([terminal.signal, late]);
  let since: number | undefined;
  const over = new AbortController();
  const shows = !quiet && output !== 'jsonl';
  const texts = new StepTextLines(run, { runs: client.runs, terminal, signal: AbortSignal.any([signal, over.signal]) });
  if (!quiet) {
    const say = (text: string) => terminal.say(text);
    void tellUnserved(client.runs, run, { say, signal: AbortSignal.any([signal, over.signal]) });
  }
  try {
    const view = await follow(client, {
      run,
      signal,
      ...(after !== undefined && { after }),
      see: (fact) => {
        since ??= fact.at;
        if (shows) texts.see(fact);
        if (output === 'jsonl') terminal.out(JSON.stringify(fact) + '\n');
        else if (!quiet) terminal.say(factLine(fact, since, terminal) + '\n');
      },
    });
    context.end(await tellOutcome(view, { client, options: watching, terminal }));
  } catch (error) {
    if (!late.aborted || terminal.signal.aborted) throw error;
    throw new CliError(
      EXIT.timeout,
      `${run} is still under way after ${seconds} s. Follow it with: ${commandOf(terminal, `run watch ${run}`)}`,
    );
  } finally {
    over.abort();
  }
}
