import type { PlanNode } from './plan.js';
import { curveThrough, type Edge, GAP, type Layout, NODE, PADDING, type Placed } from './shapes.js';

/**
 * Lays out a plan of many steps: each step stands one column behind the last one that it waits for. The time that this takes grows with the
 * numbers of steps and edges.
 */
export function inColumns(nodes: readonly PlanNode[]): Layout {
  const columns = columnsOf(nodes);
  const placed = new Map<string, Placed>();
  let rows = 0;
  for (const [column, members] of columns.entries()) {
    rows = Math.max(rows, members.length);
    for (const [row, node] of inOrder(members, placed).entries())
      placed.set(node.name, {
        node,
        x: PADDING + column * (NODE.width + GAP.across),
        y: PADDING + row * (NODE.height + GAP.down),
      });
  }
  return {
    width: 2 * PADDING + columns.length * (NODE.width + GAP.across) - GAP.across,
    height: 2 * PADDING + rows * (NODE.height + GAP.down) - GAP.down,
    nodes: [...placed.values()],
    edges: nodes.flatMap(({ name, predecessors }) => predecessors.flatMap((before) => edgeOf(placed, before, name))),
  };
}

/** Puts each step into the column behind those of all its predecessors. Steps that wait for each other stand behind all others. */
function columnsOf(nodes: readonly PlanNode[]): readonly (readonly PlanNode[])[] {
  const successors = new Map<string, PlanNode[]>(nodes.map(({ name }) => [name, []]));
  const left = new Map<string, number>();
  for (const node of nodes) {
    const before = node.predecessors.filter((name) => successors.has(name));
    left.set(node.name, before.length);
    for (const name of before) successors.get(name)?.push(node);
  }
  const columns: PlanNode[][] = [];
  for (let next = nodes.filter(({ name }) => left.get(name) === 0); next.length > 0;) {
    columns.push(next);
    const freed: PlanNode[] = [];
    for (const successor of next.flatMap(({ name }) => successors.get(name) ?? [])) {
      const rest = (left.get(successor.name) ?? 0) - 1;
      left.set(successor.name, rest);
      if (rest === 0) freed.push(successor);
    }
    next = freed;
  }
  const others = nodes.filter(({ name }) => (left.get(name) ?? 0) > 0);
  return others.length > 0 ? [...columns, others] : columns;
}

/** Orders the steps of a column by where their predecessors stand, so that few edges cross. */
function inOrder(members: readonly PlanNode[], placed: ReadonlyMap<string, Placed>): readonly PlanNode[] {
  const heights = new Map(
    members.map(({ name, predecessors }) => {
      const ys = predecessors.flatMap((before) => placed.get(before)?.y ?? []);
      return [name, ys.reduce((sum, y) => sum + y, 0) / Math.max(1, ys.length)] as const;
    }),
  );
  return members.toSorted((one, other) => (heights.get(one.name) ?? 0) - (heights.get(other.name) ?? 0));
}

function edgeOf(placed: ReadonlyMap<string, Placed>, from: string, to: string): readonly Edge[] {
  const [start, end] = [placed.get(from), placed.get(to)];
  if (!start || !end) return [];
  const points = [
    { x: start.x + NODE.width, y: start.y + NODE.height / 2 },
    { x: end.x, y: end.y + NODE.height / 2 },
  ];
  return [{ from, to, ...curveThrough(points) }];
}
