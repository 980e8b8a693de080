import type { PlanNode } from './plan.js';

export const NODE = { width: 168, height: 46 } as const;
export const GAP = { across: 46, down: 18 } as const;
export const PADDING = 12;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
export interface Placed {
  readonly node: PlanNode;
  readonly x: number;
  readonly y: number;
}
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  /** The rectangle that the path stays within. */
  readonly box: Box;
}
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly Placed[];
  readonly edges: readonly Edge[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Draws a curve that leaves and arrives horizontally. */
export function curveThrough(points: readonly Point[]): Pick<Edge, 'path' | 'box'> {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  return {
    path: pathThrough(points),
    box: { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) },
  };
}

function pathThrough(points: readonly Point[]): string {
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

/** Returns the rectangle of a step's node. */
export const boxOf = ({ x, y }: Placed): Box => ({ left: x, top: y, right: x + NODE.width, bottom: y + NODE.height });

export const overlaps = (one: Box, other: Box): boolean =>
  one.left <= other.right && other.left <= one.right && one.top <= other.bottom && other.top <= one.bottom;
