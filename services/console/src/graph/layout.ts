import dagre from '@dagrejs/dagre';
import { inColumns } from './columns.js';
import type { PlanNode } from './plan.js';
import { curveThrough, GAP, type Layout, NODE, PADDING } from './shapes.js';

/** A graph of more steps is laid out by simple rules, in time that grows with its size, and is drawn only where it is looked at. */
export const MANY = 200;

const kept = new Map<string, Layout>();

/** Lays out a plan from left to right. A plan has one layout for as long as the page is open: it never moves. */
export function layoutOf(hash: string, nodes: readonly PlanNode[]): Layout {
  const known = kept.get(hash);
  if (known) return known;
  const layout = nodes.length > MANY ? inColumns(nodes) : byDagre(nodes);
  kept.set(hash, layout);
  return layout;
}

function byDagre(nodes: readonly PlanNode[]): Layout {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: GAP.down, ranksep: GAP.across, marginx: PADDING, marginy: PADDING });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { name } of nodes) graph.setNode(name, { ...NODE });
  const names = new Set(nodes.map(({ name }) => name));
  for (const { name, predecessors } of nodes)
    for (const before of predecessors) if (names.has(before)) graph.setEdge(before, name);
  dagre.layout(graph);
  const { width = 0, height = 0 } = graph.graph();
  return {
    width,
    height,
    nodes: nodes.map((node) => {
      const { x, y } = graph.node(node.name);
      return { node, x: x - NODE.width / 2, y: y - NODE.height / 2 };
    }),
    edges: graph.edges().map((edge: { readonly v: string; readonly w: string }) => ({
      from: edge.v,
      to: edge.w,
      ...curveThrough(graph.edge(edge).points ?? []),
    })),
  };
}
