import { layoutOf } from './layout.js';
import { nodesOf } from './plan.js';

const plan = (steps: Readonly<Record<string, readonly string[]>>) =>
  nodesOf({
    steps: Object.fromEntries(
      Object.entries(steps).map(([name, predecessors]) => [name, { kind: 'stage', stage: name, predecessors }]),
    ),
  });

test('a step stands to the right of everything that it waits for, and no two steps overlap', () => {
  const nodes = plan({ a: [], b: ['a'], c: ['a'], d: ['b', 'c'] });
  const layout = layoutOf('one', nodes);
  const at = new Map(layout.nodes.map(({ node, x, y }) => [node.name, { x, y }]));
  for (const { name, predecessors } of nodes)
    for (const before of predecessors) expect(at.get(before)?.x ?? 0).toBeLessThan(at.get(name)?.x ?? 0);
  expect(new Set(layout.nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(4);
  expect(layout.edges).toHaveLength(4);
});

test.each([250, 1_000])(
  'so does each of %i steps, in which the first step stands where somebody looks first',
  (count) => {
    const steps = Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`s${at}`, at === 0 ? [] : [`s${Math.floor((at - 1) / 4) * 4}`]]),
    );
    const nodes = plan(steps);
    const { nodes: placed, edges, width, height } = layoutOf(`many ${count}`, nodes);
    const at = new Map(placed.map(({ node, x, y }) => [node.name, { x, y }]));
    for (const { name, predecessors } of nodes)
      for (const before of predecessors) expect(at.get(before)?.x ?? 0).toBeLessThan(at.get(name)?.x ?? 0);
    expect(new Set(placed.map(({ x, y }) => `${x} ${y}`)).size).toBe(count);
    expect(edges).toHaveLength(count - 1);
    expect(at.get('s0')).toEqual({ x: 12, y: 12 });
    expect(placed.every(({ x, y }) => x < width && y < height)).toBe(true);
  },
);

test('steps of a large plan that wait for each other are drawn, too', () => {
  const steps = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`s${at}`, [`s${(at + 1) % 300}`]]));
  expect(layoutOf('ring', plan(steps)).nodes).toHaveLength(300);
});

test('a plan has one layout, so that its graph never moves', () => {
  expect(layoutOf('two', plan({ a: [], b: ['a'] }))).toBe(layoutOf('two', plan({ a: [], b: ['a'] })));
});

test.each([undefined, null, 'text', { steps: 3 }, { steps: { a: null } }])(
  'what is no plan is no error: %j',
  (value) => {
    expect(nodesOf(value).length).toBeLessThanOrEqual(1);
  },
);
