import { type Fact, present, randomId, type RunEvent, runIdOf } from '@millrace/contracts';
import { type Duration, type Pipeline } from '@millrace/pipeline';
import { millisecondsOf } from '@millrace/pipeline/engine';
import { historyOf, type TestEngine, TestingError } from '@millrace/testing';
import { until } from '../processes.js';
import type { Workshop } from './workshop.js';

type Told =
  | { readonly type: 'step.signalled'; readonly payload: unknown; readonly by?: string }
  | { readonly type: 'step.claimed'; readonly by: string }
  | { readonly type: 'step.unclaimed' };

/** An act on a pipeline: a run is asked for, a record comes on a topic, a run hears something, time passes. */
export type Act =
  | { readonly start: string; readonly input: object; readonly after?: Duration }
  | { readonly topic: string; readonly key?: string; readonly value: unknown }
  | (Told & { readonly run: string; readonly step: string })
  | { readonly advance: Duration };

interface Where {
  readonly engine: TestEngine<unknown, unknown>;
  readonly workshop: Workshop;
}

/** A pipeline in a test's engine and, at the same time, on a log and a database. */
export class Both {
  private readonly name = randomId('both');

  private constructor(
    private readonly pipeline: Pipeline,
    private readonly where: Where,
    private readonly earlier: ReadonlySet<string>,
  ) {}

  static async open(pipeline: Pipeline, where: Where): Promise<Both> {
    return new Both(pipeline, where, new Set(await idsOf(pipeline, where.workshop)));
  }

  async perform(act: Act): Promise<void> {
    const { engine, workshop } = this.where;
    if ('start' in act) {
      const key = this.keyOf(act.start);
      const at = (now: number) => act.after && { startAt: new Date(now + millisecondsOf(act.after)) };
      await engine.start(act.input, { idempotencyKey: key, ...at(engine.clock.now.getTime()) });
      await workshop.start(this.pipeline, act.input, { key, ...at(workshop.now) });
    } else if ('topic' in act) {
      const { topic, key, value } = act;
      await engine.publish(topic, value, key === undefined ? {} : { key });
      await workshop.broker.publish([{ topic, key: key ?? null, value: JSON.stringify(value) }]);
      // A trigger that takes the record after the clock was advanced would take it for one that came later.
      await workshop.taken(this.pipeline, topic);
    } else if ('advance' in act) {
      await engine.clock.advance(act.advance);
      workshop.advance(millisecondsOf(act.advance));
    } else {
      await this.tell(act);
      const run = runIdOf(this.pipeline.name, this.keyOf(act.run));
      const event = { id: randomId('evt'), at: workshop.now, ...act, run } as RunEvent;
      await workshop.act(event);
    }
  }

  /** Returns the history of each run in the engine. */
  get tried(): readonly string[] {
    return this.where.engine.runs.map((run) => run.history).sort();
  }

  /** Returns the history of each run on the log and the database, once it is the same as the engine's or the wait is over. */
  async real(): Promise<readonly string[]> {
    let histories: readonly string[] = [];
    await until(
      'the same has happened',
      async () => {
        histories = await this.histories();
        // As text: lists that come from SQLite have another prototype than those of Jest's own realm.
        return JSON.stringify(histories) === JSON.stringify(this.tried);
      },
      15_000,
    ).catch(() => undefined);
    return histories;
  }

  private async histories(): Promise<readonly string[]> {
    const { workshop } = this.where;
    const ids = (await idsOf(this.pipeline, workshop)).filter((id) => !this.earlier.has(id));
    const records = await Promise.all(ids.map((id) => workshop.reader.run(id)));
    const facts = new Map<string, readonly Fact[]>(ids.map((id, i) => [id, records[i]?.facts ?? []]));
    return ids.map((id) => historyOf(id, (run) => facts.get(run) ?? [])).sort();
  }

  private async tell(act: Told & { readonly run: string; readonly step: string }): Promise<void> {
    const id = runIdOf(this.pipeline.name, this.keyOf(act.run));
    const run = present(
      this.where.engine.runs.find((one) => one.id === id),
      `run ${id}`,
    );
    switch (act.type) {
      case 'step.claimed':
        return run.claim(act.step, { by: act.by });
      case 'step.unclaimed':
        return run.unclaim(act.step);
      case 'step.signalled':
        return run.answer(act.step, act.payload, act.by === undefined ? {} : { by: act.by }).catch((error: unknown) => {
          if (!(error instanceof TestingError && error.code === 'ANSWER_REFUSED')) throw error;
        });
    }
  }

  private readonly keyOf = (name: string): string => `${this.name}/${name}`;
}

async function idsOf({ name }: Pipeline, { reader }: Workshop): Promise<readonly string[]> {
  const { items } = await reader.runs({ pipeline: name, limit: 200 });
  return items.map(({ id }) => id);
}
