import type { Outgoing } from '@millrace/broker';
import { UNREADABLE, type Topics } from '@millrace/contracts';

/** The header by which a poison record is known again, wherever it went. */
export const POISON = 'chaos-poison';

const STAGE_NAMES = ['open', 'weigh', 'price', 'quote', 'reserve', 'insure', 'pay'] as const;
const GARBAGE = Buffer.from([0, 255, 254, 123, 34, 0, 128]);
const RUN = 'run_00000000000000000000000000';

/** Records that nobody can read, for every topic. Those for `intake`, `runs` and the stages have to become dead letters. */
export function poisonRecords(topics: Topics, round: string): Outgoing[] {
  const values: readonly (Buffer | string | null)[] = [
    GARBAGE,
    'not json',
    '',
    null,
    '[',
    '"\\ud800"',
    'x'.repeat(200_000),
  ];
  const made: Omit<Outgoing, 'headers'>[] = [];
  for (const value of values) {
    made.push({ topic: topics.intake, key: null, value }, { topic: topics.runs, key: 'nobody', value });
  }
  made.push(
    { topic: topics.intake, key: GARBAGE, value: '{"item":7,"amount":"much"}' },
    { topic: topics.intake, key: null, value: '[]' },
    { topic: topics.intake, key: null, value: '{"item":"nul \\u0000 in it","amount":1}' },
    { topic: topics.intake, key: null, value: '{"item":"half a pair \\ud83d","amount":1}' },
    { topic: topics.runs, key: null, value: '[5,{"type":"step.completed"}]' },
    { topic: topics.runs, key: RUN, value: `[{"type":"step.failed","run":"${RUN}","attempt":"1"}]` },
  );
  const event = (run: string) => ({
    type: 'step.completed',
    run,
    step: 'open',
    attempt: 1,
    at: 1,
    startedAt: 1,
    output: 1,
  });
  made.push({ topic: topics.runs, key: RUN, value: JSON.stringify([event('run_\0')]) });
  for (const stage of STAGE_NAMES) {
    const topic = topics.stage(stage);
    for (const value of [GARBAGE, null, '{}', `{"run":"${RUN}","step":"${stage}","attempt":-1}`])
      made.push({ topic, key: 'nobody', value });
  }
  // Read by everybody and by no group: these have nowhere to go to, and must do no harm.
  for (const value of [GARBAGE, '5', '{"pipeline":"order"}', '{"format":1,"pipeline":"order","steps":{}}']) {
    made.push({ topic: topics.plans, key: `poison-${value.length}`, value });
    made.push({ topic: topics.control, key: null, value });
    made.push({ topic: topics.results, key: null, value });
  }
  const poison = made.map((record, i): Outgoing => ({
    ...record,
    headers: { [POISON]: `${round}/${i}`, ...(record.topic === topics.intake && { pipeline: 'order' }) },
  }));
  const letter = {
    [POISON]: `${round}/letter`,
    [UNREADABLE.deadLetter]: `dl_${round}\0`,
    [UNREADABLE.failureDetails]: 'not json',
    [UNREADABLE.partition]: 'none',
    pipeline: GARBAGE,
  };
  const strangers = {
    topic: topics.runs,
    key: RUN,
    value: JSON.stringify([event(RUN), { ...event(RUN), attempt: 2 }]),
    headers: { [POISON]: `${round}/strangers` },
  };
  return [
    ...poison,
    strangers,
    { topic: topics.deadLetters, key: null, value: GARBAGE, headers: letter },
    { topic: topics.intake, key: null, value: GARBAGE, headers: letter },
  ];
}
