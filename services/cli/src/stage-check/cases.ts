import type { AnnouncedContract, StepCommand } from '@millrace/contracts';
import { traceIdsOf, UNREADABLE } from '@millrace/contracts';
import { valueProblems } from '@millrace/pipeline/engine';
import {
  type CheckStageOptions,
  headerOf,
  type SeenEvent,
  type SentCommand,
  type StageOnBroker,
} from './stage-on-broker.js';

interface CaseContext {
  readonly stage: StageOnBroker;
  readonly contract: AnnouncedContract;
  /** An input that fits the contract. */
  readonly input: unknown;
  /** One that does not; undefined where the contract takes everything. */
  readonly misfit: { readonly value: unknown } | undefined;
  readonly options: CheckStageOptions;
}

/** A description of what the stage did instead; undefined where it kept the promise. */
type Problem = string | { readonly skipped: string } | undefined;
type Case = (context: CaseContext) => Promise<Problem>;

const MANY = 20;

/** Each promise, and how it is tried. In this order: a cancellation is told of first, and its command comes last. */
export const cases: Readonly<Record<string, Case>> = {
  'a valid command is answered with step.completed': async (context) => {
    const sent = await context.stage.send({ input: context.input });
    const event = await answerTo(context, sent);
    return typeof event === 'string' ? event : completedProblem(event);
  },
  'an output fits the contract': async (context) => {
    const event = await answerTo(context, await context.stage.send({ input: context.input }));
    if (typeof event === 'string') return event;
    const [problem] = valueProblems(event.event['output'], context.contract.output) ?? [];
    return problem && `The output does not fit: ${problem.pointer || '/'} ${problem.detail}.`;
  },
  'an answer names the run, step and attempt of its command': named,
  'an answer has its times and the trace of its command': timed,
  'an answer is on the partition of its run': async (context) => {
    for (let count = 0; count < 4; count++) {
      const sent = await context.stage.send({ input: context.input });
      const event = await answerTo(context, sent);
      if (typeof event === 'string') return event;
      const wanted = context.stage.partitionOfRun(sent.command.run);
      const { partition } = event.record;
      if (partition !== wanted)
        return `An answer was written to partition ${partition} of ${event.record.topic}, and its run’s is ${wanted}: the key is the run’s id, by murmur2.`;
    }
    return undefined;
  },
  'fields that it does not know are passed over': async (context) => {
    const more = { aFieldOfTheFuture: { of: 1 } } as Partial<StepCommand>;
    const event = await answerTo(context, await context.stage.send({ input: context.input, ...more }));
    return typeof event === 'string' ? event : completedProblem(event);
  },
  [`each of ${MANY} commands is answered once`]: once,
  'an input that does not fit is answered with STAGE_INPUT_INVALID': async (context) => {
    if (!context.misfit) return { skipped: 'The contract takes every value.' };
    return failureProblem(context, { input: context.misfit.value }, ['STAGE_INPUT_INVALID', 'permanent']);
  },
  'a command that comes after its time is answered with STAGE_TIMED_OUT': (context) =>
    failureProblem(context, { input: context.input, at: Date.now() - 60_000, expires: Date.now() - 1_000 }, [
      'STAGE_TIMED_OUT',
      'transient',
    ]),
  'a command that comes twice does no harm': async (context) => {
    const sent = await context.stage.send({ input: context.input, attempt: 3 }, { times: 2 });
    const first = await answerTo(context, sent);
    if (typeof first === 'string') return first;
    await settled(context, sent.partition);
    const wrong = context.stage.about(sent).find(({ event }) => event['attempt'] !== 3);
    return wrong && `The second answer has the attempt ${show(wrong.event['attempt'])}, and the command 3.`;
  },
  'records that are no commands become dead letters, and the stage goes on': unreadable,
  'a command of a cancelled run is not answered': cancelled,
  'the offset is committed behind what is answered': async (context) => {
    const { broker, group, topics, name } = context.options;
    const topic = topics.stage(name);
    const left = async () => {
      const lag = await broker.lag(group, topic);
      const pages = lag.map(({ partition, committed }) => {
        return committed === null
          ? Promise.resolve([])
          : broker.browse({ topic, partition, offset: committed, limit: 1 });
      });
      return (await Promise.all(pages)).flat().length + lag.filter(isUncommitted).length;
    };
    if (await context.stage.until(async () => (await left()) === 0)) return undefined;
    return `The group ${group} has answered all records and not committed the offset behind them: after a restart it does them again.`;
  },
};

const isUncommitted = ({ committed, end }: { committed: number | null; end: number }): boolean =>
  committed === null && end > 0;

async function named(context: CaseContext): Promise<Problem> {
  const { stage, input } = context;
  const sent = await stage.send({ input, step: 'check[3]', attempt: 7, ownAttempt: 2 });
  const event = await answerTo(context, sent);
  if (typeof event === 'string') return event;
  for (const field of ['run', 'step', 'attempt'] as const) {
    const [has, wanted] = [event.event[field], sent.command[field]];
    if (has !== wanted) return `The answer has the ${field} ${show(has)}, and the command ${show(wanted)}.`;
  }
  return undefined;
}

async function timed(context: CaseContext): Promise<Problem> {
  const sent = await context.stage.send({ input: context.input });
  const answer = await answerTo(context, sent);
  if (typeof answer === 'string') return answer;
  const { at, startedAt, trace } = answer.event;
  const isTime = (value: unknown) => Number.isInteger(value) && Math.abs((value as number) - Date.now()) < 3_600_000;
  if (!isTime(at) || !isTime(startedAt) || (startedAt as number) > (at as number))
    return `startedAt is ${show(startedAt)} and at is ${show(at)}: expected milliseconds since 1970, in this order.`;
  const wanted = traceIdsOf(sent.command.run).traceId;
  if (typeof trace !== 'string' || !trace.startsWith(`00-${wanted}-`))
    return `trace is ${show(trace)}: expected a traceparent of the command’s trace ${wanted}.`;
  return undefined;
}

async function once(context: CaseContext): Promise<Problem> {
  const { stage, input } = context;
  const all = await Promise.all(
    Array.from({ length: MANY }, (_, index) => stage.send({ input }, { partition: index % stage.partitions })),
  );
  const open = () => all.filter((sent) => stage.about(sent).length === 0).length;
  if (!(await stage.until(() => open() === 0))) return `${open()} of them were not answered.`;
  for (let partition = 0; partition < stage.partitions; partition++) await settled(context, partition);
  const repeated = all.filter((sent) => stage.about(sent).length > 1).length;
  return repeated === 0 ? undefined : `${repeated} of them were answered more than once.`;
}

const NO_COMMANDS = ['{"run":', '["an array"]', '{"run":"run_1","step":"check"}'].map((text) => Buffer.from(text));

async function unreadable(context: CaseContext): Promise<Problem> {
  const { stage } = context;
  const [first, ...others] = [Buffer.from([0xff, 0xfe, 0xfd]), ...NO_COMMANDS] as const;
  const bytes = [first, ...others];
  for (const value of bytes) await stage.sendBytes(value, 0);
  const letterOf = (value: Buffer) => stage.letters.find((letter) => letter.value?.equals(value));
  await stage.until(() => bytes.every((value) => letterOf(value) !== undefined));
  const missing = bytes.find((value) => letterOf(value) === undefined);
  const letter = letterOf(first);
  if (missing || !letter)
    return `The record ${show((missing ?? first).toString('latin1'))} did not come to ${context.options.topics.deadLetters} with the bytes that it had.`;
  if (letter.key?.toString() !== 'stage-check' || headerOf(letter, 'stage-check') !== 'kept')
    return 'A dead letter has lost the key or the headers that its record came with.';
  const id = headerOf(letter, UNREADABLE.deadLetter) ?? '';
  if (!/^dl_[0-9a-z]{26}$/.test(id))
    return `A dead letter has no header ${UNREADABLE.deadLetter}: the API does not list it.`;
  const event = await answerTo(context, await stage.send({ input: context.input }, { partition: 0 }));
  return typeof event === 'string' ? `Behind such records it stands still. ${event}` : undefined;
}

async function cancelled(context: CaseContext): Promise<Problem> {
  const { stage, input } = context;
  const run = await stage.send({ input });
  await stage.answered(run);
  await stage.cancel(run.command.run, Date.now());
  // It need not have heard of that yet.
  for (let attempt = 2; attempt < 10; attempt++) {
    const before = stage.about(run).length;
    const again = await stage.send({ ...run.command, attempt });
    await settled(context, again.partition);
    if (stage.about(run).length === before) return undefined;
  }
  return 'It worked for a run that had been cancelled. Follow the topic `control` from its end.';
}

/** Waits until what stands on the partition is done: a command behind it is answered. */
async function settled(context: CaseContext, partition: number): Promise<void> {
  await context.stage.answered(await context.stage.send({ input: context.input }, { partition }));
}

async function answerTo({ stage, options }: CaseContext, sent: SentCommand): Promise<SeenEvent | string> {
  const [answer] = (await stage.answered(sent)) ? stage.about(sent) : [];
  if (answer) return answer;
  return `No answer came to ${options.topics.runs} within ${options.withinMs / 1000} s.`;
}

function completedProblem({ event }: SeenEvent): Problem {
  if (event['type'] === 'step.completed') return undefined;
  const { code, message } = (event['failure'] ?? {}) as Readonly<Record<string, unknown>>;
  const own = 'Where the input that was made up is at fault, give another with --input.';
  return `It answered ${show(event['type'])} (${show(code)}: ${show(message)}). ${own}`;
}

async function failureProblem(
  context: CaseContext,
  command: Partial<StepCommand>,
  [code, kind]: readonly [string, string],
): Promise<Problem> {
  const answer = await answerTo(context, await context.stage.send(command));
  if (typeof answer === 'string') return answer;
  if (answer.event['type'] !== 'step.failed') return `It answered ${show(answer.event['type'])}.`;
  const failure = (answer.event['failure'] ?? {}) as Readonly<Record<string, unknown>>;
  if (failure['code'] === code && failure['kind'] === kind) return undefined;
  return `The failure is ${show(failure['code'])}, ${show(failure['kind'])}.`;
}

/** A value of an answer, short enough for a sentence. */
const show = (value: unknown): string => (value === undefined ? 'missing' : JSON.stringify(value).slice(0, 200));
