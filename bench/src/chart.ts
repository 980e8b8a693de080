import type { BenchOutcome } from './outcome.js';

const ROW = 24;
const LABELS = 170;
const BARS = 230;
/** For the number behind the longest bar. */
const NUMBER = 60;
const TOP = 48;
const WIDTH = LABELS + 2 * (BARS + NUMBER);

/** A picture for each, whatever the page's colours are. */
const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .ours { fill: #0969da }
  .other { fill: #afb8c1 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #4493f8 } .other { fill: #57606a } }
`;

/** Bars for those systems at one work, as SVG: runs a second at saturation beside the median time of a single run. */
export function chart(outcomes: readonly BenchOutcome[]): string {
  const height = TOP + ROW * outcomes.length + 8;
  const labels = outcomes.map(({ system }, row) => text({ x: LABELS - 10, row, anchor: 'end' }, system));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    `<style>${STYLE}</style>`,
    ...labels,
    ...panel(outcomes, LABELS, { title: 'runs a second (more is better)', of: (one) => one.runsPerSecond ?? 0 }),
    ...panel(outcomes, LABELS + BARS + NUMBER, { title: 'one run, p50 ms (less is better)', of: (one) => one.p50Ms }),
    '</svg>',
    '',
  ].join('\n');
}

interface Panel {
  readonly title: string;
  readonly of: (outcome: BenchOutcome) => number;
}

function panel(outcomes: readonly BenchOutcome[], left: number, { title, of }: Panel): readonly string[] {
  const most = Math.max(...outcomes.map(of));
  return [
    `<text x="${left}" y="24" class="title">${title}</text>`,
    ...outcomes.flatMap((one, row) => {
      const width = most > 0 ? Math.max(1, Math.round((of(one) / most) * BARS)) : 1;
      const kind = one.system.startsWith('millrace') ? 'ours' : 'other';
      const y = TOP + row * ROW;
      return [
        `<rect x="${left}" y="${y}" width="${width}" height="${ROW - 6}" rx="2" class="${kind}"/>`,
        text({ x: left + width + 6, row, anchor: 'start' }, said(of(one))),
      ];
    }),
  ];
}

const text = ({ x, row, anchor }: { x: number; row: number; anchor: 'start' | 'end' }, what: string): string =>
  `<text x="${x}" y="${TOP + row * ROW + 13}" text-anchor="${anchor}">${what}</text>`;

const said = (value: number): string => (value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en'));
