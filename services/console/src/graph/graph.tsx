import { type KeyboardEvent, useRef } from 'react';
import { MARKS } from '../text/states.js';
import { boxOf, type Layout, NODE, overlaps, type Placed } from './shapes.js';
import { useDrawnPart, useShownStep } from './use-view.js';
import './graph.css';

/** The state of a step in the run that the graph shows. */
export interface NodeState {
  readonly status: string;
  /** A few words below the name. */
  readonly note: string;
}

interface GraphProps {
  readonly label: string;
  readonly layout: Layout;
  /** Absent for a plan that is not a run's. */
  readonly states?: ReadonlyMap<string, NodeState>;
  readonly selected?: string | undefined;
  readonly select?: (step: string) => void;
}

/** A wide graph is drawn smaller to fit, but never so small that nobody can read it: then it scrolls. */
const LEAST_SCALE = 0.58;

const TAKEN = new Set(['completed', 'running', 'retrying', 'waiting', 'failed', 'dead-lettered', 'no-consumer']);

/**
 * Draws a plan; in a run the path that was taken is bright, what was skipped is dim, and what runs moves. Of a graph of many steps the part
 * that is looked at is drawn, in its full size.
 */
export function Graph({ label, layout, states, selected, select }: GraphProps) {
  const box = useRef<HTMLDivElement>(null);
  const part = useDrawnPart(box, layout);
  useShownStep(box, layout, selected);
  const isTaken = (step: string) => states === undefined || TAKEN.has(states.get(step)?.status ?? '');
  const nodes = part ? layout.nodes.filter((placed) => overlaps(boxOf(placed), part)) : layout.nodes;
  const edges = part ? layout.edges.filter((edge) => overlaps(edge.box, part)) : layout.edges;
  return (
    <div className="graph" role="group" aria-label={label} tabIndex={0} ref={box}>
      <svg
        style={{ width: layout.width, minWidth: part ? layout.width : layout.width * LEAST_SCALE }}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
      >
        {edges.map(({ from, to, path }) => (
          <path key={`${from} ${to}`} className={isTaken(from) && isTaken(to) ? 'edge taken' : 'edge'} d={path} />
        ))}
        {nodes.map((placed) => (
          <Node
            key={placed.node.name}
            placed={placed}
            state={states?.get(placed.node.name)}
            isSelected={selected === placed.node.name}
            select={select}
          />
        ))}
      </svg>
    </div>
  );
}

interface NodeProps {
  readonly placed: Placed;
  readonly state: NodeState | undefined;
  readonly isSelected: boolean;
  readonly select: ((step: string) => void) | undefined;
}

function Node({ placed: { node, x, y }, state, isSelected, select }: NodeProps) {
  const status = state?.status ?? 'plan';
  const about = state?.note ?? (node.stage !== undefined && node.stage !== node.name ? node.stage : node.kind);
  const choose = select && (() => select(node.name));
  return (
    <g
      className={`node ${status}${isSelected ? ' selected' : ''}`}
      transform={`translate(${x} ${y})`}
      {...(choose && {
        role: 'button',
        tabIndex: 0,
        'aria-pressed': isSelected,
        onClick: choose,
        onKeyDown: (event: KeyboardEvent) => {
          if (event.key !== 'Enter' && event.key !== ' ') return;
          event.preventDefault();
          choose();
        },
      })}
    >
      <rect
        width={NODE.width}
        height={NODE.height}
        rx={node.kind === 'review' || node.kind === 'signal' ? NODE.height / 2 : 7}
        {...(node.isConditional && { strokeDasharray: '5 3' })}
      />
      <text className="glyph" x={14} y={28} aria-hidden="true">
        {MARKS[status] ?? GLYPHS[node.kind] ?? '•'}
      </text>
      <text x={32} y={20} className="name">
        {cut(node.name, 18)}
      </text>
      <text x={32} y={36} className="about">
        {cut(about, 22)}
      </text>
    </g>
  );
}

const GLYPHS: Readonly<Record<string, string>> = {
  stage: '▪',
  review: '✋',
  signal: '⚑',
  run: '⧉',
  map: '⋮',
  loop: '⟳',
  race: '⇶',
  value: '=',
  sleep: '☾',
};

const cut = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
