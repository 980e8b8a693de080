import type { Broker, Outgoing } from '@millrace/broker';
import { HEADER, type RecoveredPartition, RunEvent, StepCommand, type Topics, UNREADABLE } from '@millrace/contracts';
import { evolve, stepOf } from '@millrace/saga';
import type { Store } from '@millrace/store';
import { type Evidence, eventName } from './evidence.js';

/** Made of events that the store, while it is rebuilt, cannot place: they were no dead letters then. */
const OF_AN_OLD_STORE = new Set(['UNKNOWN_RUN', 'CONTRADICTS_RUN']);
const AT_ONCE = 500;

/**
 * Filters the records of decisions that are made again: a record that stands in the topics is not published again. Answers below a committed offset were
 * published with it; of a group that was reset nobody knows, so each is looked for.
 */
export class Retold {
  published = 0;
  private readonly commands = new Map<string, Outgoing>();
  private readonly events = new Map<string, Outgoing>();

  constructor(
    private readonly needs: { broker: Pick<Broker, 'publish'>; store: Pick<Store, 'writer'>; topics: Topics },
    private readonly evidence: Evidence,
  ) {}

  /** Publishes results and dead letters that do not stand, and keeps the rest for the end. */
  async told(records: readonly Outgoing[], { standing }: Pick<RecoveredPartition, 'standing'>): Promise<void> {
    const { topics } = this.needs;
    const now = records.filter((record) => {
      if (record.topic === topics.results) return this.isNewResult(record);
      return record.topic === topics.deadLetters && this.isNewLetter(record, standing);
    });
    await this.publish(now);
    if (standing !== 'reset') return;
    for (const record of records) {
      const id = headersOf(record, HEADER.id);
      if (record.topic === topics.runs) this.keepEvent(record);
      else if (record.topic.startsWith(topics.stage('')) && id !== undefined && !this.evidence.said.has(id))
        this.commands.set(id, record);
    }
  }

  /** Publishes what was kept and still counts: a step may have been answered since by one whom another stage asked. */
  async end(): Promise<void> {
    await this.publish([...this.events.values()]);
    const commands = [...this.commands.values()].flatMap((record) => {
      const { data } = StepCommand.safeParse(JSON.parse(String(record.value)));
      return data ? [{ record, ...data }] : [];
    });
    for (let at = 0; at < commands.length; at += AT_ONCE) {
      const some = commands.slice(at, at + AT_ONCE);
      const facts = await this.needs.store.writer.load([...new Set(some.map(({ run }) => run))]);
      const wanted = some.filter(({ run, step, attempt }) => {
        const known = facts.get(run);
        const state = known && stepOf(evolve(undefined, run, known), step);
        return state?.status === 'running' && state.attempt === attempt;
      });
      await this.publish(wanted.map(({ record }) => record));
    }
  }

  private async publish(records: readonly Outgoing[]): Promise<void> {
    if (records.length === 0) return;
    await this.needs.broker.publish(records);
    this.published += records.length;
  }

  private isNewResult({ key }: Outgoing): boolean {
    const run = String(key);
    if (this.evidence.ended.has(run)) return false;
    this.evidence.ended.add(run);
    return true;
  }

  private isNewLetter(record: Outgoing, standing: RecoveredPartition['standing']): boolean {
    const unread = headersOf(record, UNREADABLE.deadLetter);
    const id = unread ?? headersOf(record, HEADER.id);
    if (id === undefined || this.evidence.said.has(id)) return false;
    if (unread !== undefined && standing !== 'reset') return false;
    if (OF_AN_OLD_STORE.has(headersOf(record, UNREADABLE.failureCode) ?? '')) return false;
    this.evidence.said.add(id);
    return true;
  }

  private keepEvent(record: Outgoing): void {
    const { data } = RunEvent.safeParse(JSON.parse(String(record.value)));
    const name = data && eventName(data);
    if (name !== undefined && !this.evidence.said.has(name)) this.events.set(name, record);
  }
}

function headersOf({ headers = {} }: Outgoing, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}
