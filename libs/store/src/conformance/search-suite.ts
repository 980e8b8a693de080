import { cut, derivedId, FinerState, randomId, RunStatus, seededRandom } from '@millrace/contracts';
import type { Attributes, Filter } from '@millrace/pipeline/engine';
import type { Store } from '../open.js';
import { readRunFilter } from '../search/filters.js';
import type { RunSummary } from '../commit.js';
import { changed, commitOf, newRun } from './runs.fixture.js';

interface Known {
  readonly run: RunSummary;
  readonly attributes: Attributes;
}

const NOW = 1_700_100_000_000;
const filterOf = (text: string): Filter => readRunFilter(text, NOW);

/** Tests how a store finds runs. */
export function searchSuite(store: () => Store): void {
  const write = async (known: readonly Known[]): Promise<void> => {
    const changes = known.map(({ run, attributes }) => changed(run, { created: true, attributes }));
    await store().writer.commit(commitOf({ changes }));
  };
  const found = async (pipeline: string, where: string, limit = 50): Promise<readonly string[]> => {
    const ids: string[] = [];
    let before: string | undefined;
    do {
      const page = await store().reader.runs({ pipeline, where: filterOf(where), limit, ...(before && { before }) });
      ids.push(...page.items.map(({ id }) => id));
      before = page.next;
    } while (before);
    return ids;
  };

  test('runs are found by whatever a filter says, each once and the newest first, as the filter is meant', async () => {
    const pipeline = randomId('pipeline');
    const known = randomRuns(pipeline, 240);
    await write(known);
    const newestFirst = known.toSorted((a, b) => b.run.acceptedAt - a.run.acceptedAt || (a.run.id < b.run.id ? 1 : -1));
    const random = seededRandom(11);
    for (let i = 0; i < 80; i++) {
      const where = randomFilter(random);
      const filter = filterOf(where);
      const expected = newestFirst.filter((one) => holds(filter, one)).map(({ run }) => run.id);
      expect({ where, found: await found(pipeline, where, 5 + Math.floor(random() * 80)) }).toEqual({
        where,
        found: expected,
      });
    }
  }, 60_000);

  test('what no index answers is looked for among so many runs at a time: a page says how far it has looked, and the next goes on from there', async () => {
    const pipeline = randomId('pipeline');
    const base = NOW - 10_000_000;
    const many = Array.from({ length: 900 }, (_, i) => ({
      run: newRun({
        id: derivedId('run', pipeline, String(i)),
        pipeline,
        acceptedAt: base + i,
        title: i === 3 ? 'a needle' : 'hay',
      }),
      attributes: {},
    }));
    await write(many);
    const { reader } = store();
    const request = { pipeline, where: filterOf('title.contains("needle")'), limit: 5 };
    const first = await reader.runs(request);
    expect(first.items).toEqual([]);
    expect(first.searchedTo).toBeGreaterThan(base + 3);
    expect(first.next).toBeDefined();
    expect(await found(pipeline, 'title.contains("needle")', 5)).toEqual([many[3]?.run.id]);
    // With times the filter is bounded by the index.
    const bounded = await reader.runs({
      ...request,
      where: filterOf(`title.contains("needle") && acceptedAt < timestamp("${new Date(base + 10).toISOString()}")`),
    });
    expect(bounded.items.map(({ id }) => id)).toEqual([many[3]?.run.id]);
  });

  test('an attribute that gets another value is found by the new one alone, and a run shows what it is found by', async () => {
    const pipeline = randomId('pipeline');
    const run = newRun({ pipeline, title: 'Refund', state: 'retrying', failureCode: 'MODEL_BUSY' });
    await write([{ run, attributes: { customer: 'ann', amount: 12.5, vip: true } }]);
    const change = changed({ ...run, title: 'Refund 2' }, { row: true, attributes: { customer: 'bob' } });
    await store().writer.commit(commitOf({ changes: [change] }));
    expect(await found(pipeline, 'attributes.customer == "ann"')).toEqual([]);
    expect(await found(pipeline, 'attributes.customer == "bob" && attributes.amount > 12 && attributes.vip')).toEqual([
      run.id,
    ]);
    const labels = (await store().reader.labels([run.id, 'run_none'])).get(run.id);
    expect(labels).toEqual({ attributes: { customer: 'bob', amount: 12.5, vip: true }, tags: [] });
    const [listed] = (await store().reader.runs({ pipeline, limit: 2 })).items;
    expect(listed).toEqual({ ...run, title: 'Refund 2' });
    expect(await store().reader.run(run.id)).toMatchObject({
      title: 'Refund 2',
      state: 'retrying',
      failureCode: 'MODEL_BUSY',
    });
  });

  test('tags are changed once for each act, are found, and are in the trail', async () => {
    const pipeline = randomId('pipeline');
    const [run, other] = [newRun({ pipeline }), newRun({ pipeline })];
    await write([
      { run, attributes: {} },
      { run: other, attributes: {} },
    ]);
    const tag = (of: { id?: string; run?: string; add?: string[]; remove?: string[] }) =>
      store().runTags.change({
        type: 'run.tag-requested',
        id: randomId('act'),
        at: NOW,
        run: run.id,
        by: 'ann',
        ...of,
      });
    const id = randomId('act');
    const added = { status: 'applied', unchanged: false };
    expect([await tag({ id, add: ['vip', 'new'] }), await tag({ id, add: ['other'] })]).toEqual([added, added]);
    expect(await found(pipeline, '"vip" in tags && "new" in tags')).toEqual([run.id]);
    expect(await tag({ add: ['vip'], remove: ['new'] })).toEqual(added);
    expect(await tag({ add: ['vip'] })).toEqual({ status: 'applied', unchanged: true });
    expect((await store().reader.labels([run.id])).get(run.id)?.tags).toEqual(['vip']);
    expect(await found(pipeline, '!("vip" in tags)')).toEqual([other.id]);
    expect(await tag({ run: 'run_none', add: ['x'] })).toMatchObject({ status: 'refused' });
    expect(await tag({ add: Array.from({ length: 60 }, (_, i) => `t${i}`) })).toMatchObject({ status: 'refused' });
    const { items } = await store().reader.acts.list({ subject: run.id, limit: 9 });
    expect(items.map(({ kind, by, detail }) => [kind, by, detail]).at(-1)).toEqual([
      ...['run.tag', 'ann', { add: ['vip', 'new'], remove: [] }],
    ]);
  });

  test('a note on a run is one act in the trail, however often it comes', async () => {
    const run = newRun({ pipeline: randomId('pipeline') });
    await write([{ run, attributes: {} }]);
    const note = { type: 'run.note-requested', id: randomId('act'), at: NOW, run: run.id, by: 'ann' } as const;
    const added = { status: 'applied', unchanged: false };
    const add = () => store().runNotes.add({ ...note, text: 'The customer has called.' });
    expect([await add(), await add()]).toEqual([added, added]);
    const { items } = await store().reader.acts.list({ subject: run.id, limit: 9 });
    expect(items).toMatchObject([{ kind: 'run.note', by: 'ann', reason: 'The customer has called.', detail: null }]);
    const of = { id: randomId('act'), run: 'run_none', text: 'x' };
    expect(await store().runNotes.add({ ...note, ...of })).toMatchObject({ status: 'refused' });
  });

  test('values are counted among the runs that a filter wants, the most frequent first', async () => {
    const pipeline = randomId('pipeline');
    const of = (customer: string, over: Partial<RunSummary> = {}) => ({
      run: newRun({ pipeline, ...over }),
      attributes: { customer, amount: 2 },
    });
    await write([
      of('ann'),
      of('ann', { failureCode: 'BUSY' }),
      of('bob', { degraded: true }),
      of('eve', { status: 'failed' }),
    ]);
    const facet = (by: string, where: string) =>
      store().reader.facet({ by, pipeline, where: filterOf(where), atMost: 100 });
    expect(await facet('attributes.customer', 'status == "running"')).toEqual({
      values: [
        { value: 'ann', count: 2 },
        { value: 'bob', count: 1 },
      ],
      isComplete: true,
    });
    expect((await facet('attributes.amount', 'true')).values).toEqual([{ value: 2, count: 4 }]);
    expect((await facet('code', 'true')).values).toEqual([{ value: 'BUSY', count: 1 }]);
    expect((await facet('status', 'true')).values).toEqual([
      { value: 'running', count: 3 },
      { value: 'failed', count: 1 },
    ]);
    expect((await facet('attributes.none', 'true')).values).toEqual([]);
    await store().runTags.change({
      type: 'run.tag-requested',
      id: randomId('act'),
      at: NOW,
      run: (await found(pipeline, 'code == "BUSY"'))[0]!,
      add: ['a', 'b'],
    });
    expect((await facet('tags', 'true')).values).toEqual([
      { value: 'a', count: 1 },
      { value: 'b', count: 1 },
    ]);
  });

  test('a long text is found as it was given, though less of it is kept', async () => {
    const pipeline = randomId('pipeline');
    const long = 'é'.repeat(300);
    await write([{ run: newRun({ pipeline }), attributes: { customer: cut(long, 200) } }]);
    expect(await found(pipeline, `attributes.customer == "${long}"`)).toHaveLength(1);
  });

  test('child runs are found within their parent alone', async () => {
    const pipeline = randomId('pipeline');
    const parent = newRun({ pipeline });
    const child = newRun({ pipeline, parent: parent.id, title: 'a page' });
    await write([
      { run: parent, attributes: {} },
      { run: child, attributes: {} },
    ]);
    expect(await found(pipeline, 'status == "running"')).toEqual([parent.id]);
    const within = await store().reader.runs({ parent: parent.id, where: filterOf('has(title)'), limit: 5 });
    expect(within.items.map(({ id }) => id)).toEqual([child.id]);
  });
}

const TEXTS = ['Refund for Ann', 'refund', 'Lost card', "it's 100% _ \\", 'Überweisung', '', 'ann'] as const;
const STATES = [undefined, undefined, ...FinerState.options];
const CODES = [undefined, undefined, 'MODEL_BUSY', 'STAGE_THREW'];

type Random = () => number;
const pick = <T>(random: Random, values: readonly T[]): T => values[Math.floor(random() * values.length)]!;

/** Several runs have one time, so that pages end between them. */
function randomRuns(pipeline: string, count: number): readonly Known[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, i) => {
    const [title, state, failureCode] = [
      pick(random, [undefined, ...TEXTS]),
      pick(random, STATES),
      pick(random, CODES),
    ];
    const endedAt = random() < 0.5 ? undefined : NOW - Math.floor(random() * 1_000);
    const run = newRun({
      id: derivedId('run', pipeline, String(i)),
      pipeline,
      status: pick(random, RunStatus.options),
      acceptedAt: NOW - Math.floor(random() * 60) * 60_000,
      endedAt,
      ...(random() < 0.3 && { degraded: true }),
      ...(title !== undefined && { title }),
      ...(state !== undefined && { state }),
      ...(failureCode !== undefined && { failureCode }),
    });
    const attributes: Record<string, string | number | boolean> = {};
    if (random() < 0.7) attributes['customer'] = pick(random, TEXTS);
    if (random() < 0.7) attributes['amount'] = pick(random, [-2, 0, 1.5, 12, 1e9]);
    if (random() < 0.5) attributes['vip'] = random() < 0.5;
    return { run, attributes };
  });
}

function randomFilter(random: Random, depth = 0): string {
  const text = () => JSON.stringify(pick(random, TEXTS));
  const order = () => pick(random, ['<', '<=', '>', '>=', '==', '!=']);
  const tests: readonly (() => string)[] = [
    () => `status ${pick(random, ['==', '!='])} "${pick(random, RunStatus.options)}"`,
    () => `state == "${pick(random, [...RunStatus.options, ...FinerState.options])}"`,
    () => `status in ["running", "failed"]`,
    () => pick(random, ['degraded', '!degraded', 'degraded == false']),
    () => `title ${order()} ${text()}`,
    () => `title.${pick(random, ['contains', 'startsWith', 'endsWith'])}(${text()})`,
    () => `title.lowerAscii().contains("REF")`,
    () => `code == "${pick(random, ['MODEL_BUSY', 'STAGE_THREW', 'NONE'])}"`,
    () =>
      pick(random, [
        'has(title)',
        'has(attributes.customer)',
        'has(attributes.none)',
        'code == null',
        'endedAt != null',
      ]),
    () => `attributes.customer ${order()} ${text()}`,
    () => `attributes.amount ${order()} ${pick(random, ['-2', '0', '1.5', '12', '13'])}`,
    () =>
      pick(random, [
        'attributes.vip',
        'attributes.vip == false',
        '!attributes.vip',
        'attributes["customer"].contains("n")',
      ]),
    () => `acceptedAt ${order()} now - duration("${Math.floor(random() * 60)}m")`,
    () => `now - duration("30m") < acceptedAt`,
    () => `endedAt > timestamp("${new Date(NOW - 500).toISOString()}")`,
  ];
  if (depth < 3 && random() < 0.6) {
    const [one, other] = [randomFilter(random, depth + 1), randomFilter(random, depth + 1)];
    return pick(random, [`(${one} && ${other})`, `(${one} && ${other})`, `(${one} || ${other})`, `!(${one})`]);
  }
  return pick(random, tests)();
}

/** The meaning of a filter, said once more and otherwise than in SQL. */
function holds(filter: Filter, known: Known): boolean {
  switch (filter.is) {
    case 'and':
      return filter.of.every((part) => holds(part, known));
    case 'or':
      return filter.of.some((part) => holds(part, known));
    case 'not':
      return !holds(filter.of, known);
    case 'always':
      return filter.holds;
    case 'has':
      return false;
    default:
  }
  const value = valueOf(filter.field, known);
  if (value === undefined) return false;
  switch (filter.is) {
    case 'present':
      return true;
    case 'equal':
      return value === filter.value;
    case 'ordered': {
      if (typeof value !== typeof filter.value) return false;
      const [a, b] = [value, filter.value];
      return { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b }[filter.by];
    }
    case 'text': {
      const text = filter.isFolded ? String(value).toLowerCase() : String(value);
      const isText = typeof value === 'string';
      if (filter.test === 'contains') return isText && text.includes(filter.part);
      return isText && (filter.test === 'startsWith' ? text.startsWith(filter.part) : text.endsWith(filter.part));
    }
  }
}

function valueOf({ name, key }: { name: string; key?: string }, { run, attributes }: Known) {
  if (name === 'attributes') return attributes[key ?? ''];
  if (name === 'code') return run.failureCode;
  if (name === 'state') return run.state ?? run.status;
  if (name === 'degraded') return run.degraded ?? false;
  return run[name as 'title' | 'status' | 'acceptedAt' | 'endedAt'];
}
