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

test('a plan has one layout, so that its graph never moves', () => {
  expect(layoutOf('two', plan({ a: [], b: ['a'] }))).toBe(layoutOf('two', plan({ a: [], b: ['a'] })));
});

test.each([undefined, null, 'text', { steps: 3 }, { steps: { a: null } }])(
  'what is no plan is no error: %j',
  (value) => {
    expect(nodesOf(value).length).toBeLessThanOrEqual(1);
  },
);
