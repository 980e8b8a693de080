import type { Incoming } from '@millrace/broker';
import { groupsOf, headerText, type RecoveryReport, type RunResult } from '@millrace/contracts';
import { Kafka, logLevel } from 'kafkajs';
import { Api, CLEAR, sample } from './api.js';
import { type Installation, install } from './installation.js';
import { until } from './processes.js';
import { type Backup, backUp, putBack } from './restored-database.js';

/** The number of runs, half of them asked for after the backup; five wait for a person. */
const RUNS = Number(process.env['E2E_RESTORED_RUNS'] ?? 400);
const REVIEWS = 5;
const UNTIL_DONE_MS = 600_000;
/** The longest time of a test: ten services start, work, stop and go on, on a machine that may be busy. */
const WITHIN_MS = 1_200_000;

const json = <T>(record: Incoming): T => JSON.parse(record.value?.toString() ?? 'null') as T;

/** An installation whose database is put back in the middle of a load. */
class Rehearsal implements AsyncDisposable {
  readonly reviews: string[] = [];
  private readonly admin;
  private backup: Backup = new Map();

  private constructor(
    readonly installation: Installation,
    readonly api = new Api(installation.gateway),
  ) {
    const brokers = process.env['KAFKA_BROKERS']!.split(',');
    this.admin = new Kafka({ clientId: 'restore', brokers, logLevel: logLevel.NOTHING }).admin();
  }

  static async begin(): Promise<Rehearsal> {
    return new Rehearsal(await install());
  }

  private get database(): string {
    return (this.installation.database.options as { connectionString: string }).connectionString;
  }

  /** Half of the runs, a backup, the other half and five answers; then, while they are worked on, the database is put back. */
  async restoredInMidLoad(): Promise<void> {
    for (let n = 0; n < REVIEWS; n++) this.reviews.push(await this.api.start(sample('ambiguous'), `review-${n}`));
    await this.ask(REVIEWS, RUNS / 2);
    for (const run of this.reviews) await this.api.settled(run, 'waiting');
    await this.results(RUNS / 10);
    this.backup = await backUp(this.database);
    await this.ask(RUNS / 2, RUNS);
    for (const run of this.reviews) {
      const answered = await this.api.post(`/v1/reviews/${run}.approve`, { answer: { approved: true }, by: 'ann' });
      expect(answered.status).toBe(202);
    }
    for (const run of this.reviews) await this.api.settled(run, 'completed');
    await this.results((RUNS * 3) / 4);
    await putBack(this.database, this.backup);
    await until('the coordinator stops', async () => /recover/.test(await this.unready()), 60_000);
  }

  private async ask(from: number, to: number): Promise<void> {
    const records = Array.from({ length: to - from }, (_, n) => ({
      topic: this.installation.topics.intake,
      key: null,
      value: JSON.stringify(CLEAR),
      headers: { pipeline: 'support-email', 'idempotency-key': `clear-${from + n}` },
    }));
    await this.installation.broker.publish(records);
  }

  /** Returns the reason for which the coordinator is not ready; nothing where it is. */
  async unready(): Promise<string> {
    const answer = await fetch(`${this.installation.services.get('coordinator')!.url}/readyz`).catch(() => undefined);
    const { reason } = ((await answer?.json().catch(() => undefined)) ?? {}) as { reason?: string };
    return answer?.ok ? '' : String(reason);
  }

  private async results(atLeast: number): Promise<void> {
    const there = async () => (await this.installation.read(this.installation.topics.results)).length >= atLeast;
    await until(`${atLeast} results`, there, UNTIL_DONE_MS);
  }

  /** Recovers as the command line's `recover` does. */
  async recover({ apply }: { apply: boolean }): Promise<RecoveryReport> {
    const begun = await this.api.post('/v1/recoveries', { apply });
    expect(begun.status).toBe(202);
    const { id } = (await begun.json()) as { id: string };
    return until(
      'the recovery is done',
      async () => {
        const report = await this.api.get<RecoveryReport>(`/v1/recoveries/${id}`).catch(() => undefined);
        return report?.status === 'done' ? report : undefined;
      },
      UNTIL_DONE_MS,
    );
  }

  /** Every run that the store has has ended, and nothing is left to do. */
  async ended(): Promise<ReadonlyMap<string, string>> {
    const counted = async () => {
      const statuses = await this.api.statuses();
      return [...statuses.values()].every((status) => status === 'completed') ? statuses : undefined;
    };
    return until('all runs are completed', counted, UNTIL_DONE_MS);
  }

  /** Each run's results, each step's commands, and the dead letters, as Kafka has them. */
  async said() {
    const { topics } = this.installation;
    const results = (await this.installation.read(topics.results)).map((one) => json<RunResult>(one).run);
    const commands: string[] = [];
    for (const stage of ['classify', 'draft', 'send'])
      for (const { headers } of await this.installation.read(topics.stage(stage)))
        commands.push(headerText(headers, 'ce_id')!.replace(/\/\d+$/, ''));
    return { results, commands, deadLetters: await this.installation.read(topics.deadLetters) };
  }

  /** Resets the groups of the coordinator to the start of their topics, as one who knows Kafka may do. */
  async resetGroups(): Promise<void> {
    const { intake, runs } = groupsOf(this.installation.prefix);
    await this.admin.connect();
    const reset = (groupId: string, topic: string) =>
      until(`${groupId} has no members`, () =>
        this.admin.resetOffsets({ groupId, topic, earliest: true }).then(
          () => true,
          () => false,
        ),
      );
    await reset(intake, this.installation.topics.intake);
    await reset(runs, this.installation.topics.runs);
  }

  /** Removes what stands below an offset, as retention does. */
  async shorten(topic: string, partitions: readonly { partition: number; offset: number }[]): Promise<void> {
    await this.admin.connect();
    // kafkajs looks for leaders among the topics that it was asked about before.
    await this.admin.fetchTopicOffsets(topic);
    await this.admin.deleteTopicRecords({
      topic,
      partitions: partitions.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.admin.disconnect();
    await this.installation[Symbol.asyncDispose]();
  }
}

const twice = (names: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
};

/** Each run has one result, no command was published twice, and there is no dead letter. */
async function saidOnce(rehearsal: Rehearsal): Promise<void> {
  const after = await rehearsal.said();
  expect(twice(after.results)).toEqual([]);
  expect(new Set(after.results).size).toBe(RUNS);
  expect(twice(after.commands)).toEqual([]);
  expect(after.deadLetters).toEqual([]);
}

describe('a database that is put back in the middle of a load', () => {
  test(
    'is noticed, recovered with nothing said twice, no answer lost and no dead letter, also if who recovers it is killed',
    async () => {
      await using rehearsal = await Rehearsal.begin();
      await rehearsal.restoredInMidLoad();
      const plan = await rehearsal.recover({ apply: false });
      expect(plan).toMatchObject({ applied: false, missing: [], published: 0 });
      expect(plan.runs).toBeGreaterThan(RUNS / 2 - 1);
      expect(plan.partitions.some(({ standing }) => standing === 'behind')).toBe(true);
      expect(await rehearsal.unready()).toMatch(/millrace recover/);
      const recovering = rehearsal.recover({ apply: true });
      await until('it has begun', async () => {
        const { rows } = await rehearsal.installation.database.query(
          `select 1 from recoveries where report ->> 'applied' = 'true'`,
        );
        return rows.length > 0;
      });
      await rehearsal.installation.services.get('coordinator')!.kill9();
      expect(await recovering).toMatchObject({ status: 'done', missing: [] });
      const statuses = await rehearsal.ended();
      expect(statuses.size).toBe(RUNS);
      await saidOnce(rehearsal);
      for (const run of rehearsal.reviews)
        expect(JSON.stringify(await rehearsal.api.history(run))).toMatch(/"step.answered".*"by":"ann"/);
    },
    WITHIN_MS,
  );

  test(
    'is recovered in the same way where the groups were reset',
    async () => {
      await using rehearsal = await Rehearsal.begin();
      await rehearsal.restoredInMidLoad();
      await rehearsal.resetGroups();
      await until('the coordinator knows', async () => /reset or lost/.test(await rehearsal.unready()));
      expect(await rehearsal.recover({ apply: true })).toMatchObject({ status: 'done', missing: [] });
      expect((await rehearsal.ended()).size).toBe(RUNS);
      await saidOnce(rehearsal);
    },
    WITHIN_MS,
  );

  test(
    'names run by run what the topics no longer hold, and takes the ends of runs from their results',
    async () => {
      await using rehearsal = await Rehearsal.begin();
      await rehearsal.restoredInMidLoad();
      const { topics } = rehearsal.installation;
      const { partitions } = await rehearsal.recover({ apply: false });
      for (const topic of [topics.intake, topics.runs])
        await rehearsal.shorten(
          topic,
          partitions
            .filter((one) => one.topic === topic && one.standing === 'behind')
            .map(({ partition, from, until: end }) => ({ partition, offset: Math.ceil((from + end) / 2) })),
        );
      const before = await rehearsal.said();
      const report = await rehearsal.recover({ apply: true });
      const lacking = report.missing.filter(({ gone }) => gone === 'request').map(({ run }) => run);
      const short = report.missing.filter(({ gone }) => gone === 'events');
      expect(lacking.length).toBeGreaterThan(0);
      const statuses = await rehearsal.api.statuses();
      // Each run that the store does not have and of which a topic tells is named.
      for (const run of before.results) expect(statuses.has(run) || lacking.includes(run)).toBe(true);
      for (const { run, result, status } of short) if (result) expect(statuses.get(run)).toBe(status);
      for (const run of before.results) if (statuses.has(run)) expect(statuses.get(run)).toBe('completed');
      const open = [...statuses].filter(([, status]) => status !== 'completed').map(([run]) => run);
      const after = await rehearsal.said();
      expect(twice(after.results)).toEqual([]);
      expect(open.every((run) => !after.results.includes(run))).toBe(true);
    },
    WITHIN_MS,
  );
});
