import dagre from '@dagrejs/dagre';
import type { PlanNode } from './plan.js';

export const NODE = { width: 168, height: 46 } as const;
const PADDING = 12;
/** Beyond so many steps, quick rules for ranks are used: a drawing of them is an overview anyway. */
const MANY = 200;

export interface Placed {
  readonly node: PlanNode;
  readonly x: number;
  readonly y: number;
}
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Placed[];
  readonly edges: readonly Edge[];
}

const kept = new Map<string, Layout>();

/** Lays out a plan from left to right. A plan has one layout for as long as the page is open: it never moves. */
export function layoutOf(hash: string, nodes: readonly PlanNode[]): Layout {
  const known = kept.get(hash);
  if (known) return known;
  const layout = place(nodes);
  kept.set(hash, layout);
  return layout;
}

function place(nodes: readonly PlanNode[]): Layout {
  const graph = new dagre.graphlib.Graph();
  const ranker = nodes.length > MANY ? 'longest-path' : 'network-simplex';
  graph.setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 46, marginx: PADDING, marginy: PADDING, ranker });
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
      path: curveThrough(graph.edge(edge).points ?? []),
    })),
  };
}

/** Draws a curve that leaves and arrives horizontally. */
function curveThrough(points: readonly { readonly x: number; readonly y: number }[]): string {
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M${first.x} ${first.y}`;
  let last = first;
  for (const point of rest) {
    const middle = (last.x + point.x) / 2;
    path += `C${middle} ${last.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    last = point;
  }
  return path;
}
