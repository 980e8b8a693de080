import type { Entry } from './history.js';

const WIDTH = 760;
const HEIGHT = 190;
const LEFT = 12;
const RIGHT = 150;
const TOP = 40;
const BOTTOM = 30;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  .small { font-size: 11px }
  .kafka { stroke: #0969da; fill: #0969da }
  .embedded { stroke: #bf8700; fill: #bf8700; stroke-dasharray: 5 3 }
  polyline { fill: none !important; stroke-width: 2 }
  circle { stroke: none }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .kafka { stroke: #4493f8; fill: #4493f8 } .embedded { stroke: #d29922; fill: #d29922 } }
`;

const LINES = [
  { system: 'millrace-kafka', kind: 'kafka' },
  { system: 'millrace-embedded', kind: 'embedded' },
] as const;

/** The processor time of a run of seven steps over the commits that were measured, as SVG; undefined with fewer than two. */
export function historyChart(history: readonly Entry[]): string | undefined {
  if (history.length < 2) return undefined;
  const lines = LINES.map((line) => ({ ...line, values: history.map((entry) => microsecondsOf(entry, line.system)) }));
  const most = Math.max(1, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const x = (at: number) => Math.round(LEFT + (at / (history.length - 1)) * (WIDTH - LEFT - RIGHT));
  const y = (value: number) => Math.round(HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM));
  const drawn = lines.flatMap(({ system, kind, values }) => {
    const points = values.flatMap((value, at) => (value === undefined ? [] : [{ x: x(at), y: y(value), value }]));
    const last = points.at(-1);
    if (!last) return [];
    return [
      `<polyline class="${kind}" points="${points.map((point) => `${point.x},${point.y}`).join(' ')}"/>`,
      ...points.map((point) => `<circle class="${kind}" cx="${point.x}" cy="${point.y}" r="3"/>`),
      `<text x="${last.x + 8}" y="${last.y + 4}">${system}: ${last.value}</text>`,
    ];
  });
  const commits = [0, history.length - 1].map((at) => {
    const { commit, machine } = history[at] ?? { commit: '', machine: { date: '' } };
    return `<text class="small" x="${x(at)}" y="${HEIGHT - 8}" text-anchor="${at === 0 ? 'start' : 'middle'}">${machine.date} ${commit}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    `<style>${STYLE}</style>`,
    `<text class="title" x="${LEFT}" y="20">seven-steps: µs of processor time a run, of all processes (less is better)</text>`,
    ...drawn,
    ...commits,
    '</svg>',
    '',
  ].join('\n');
}

function microsecondsOf({ outcomes }: Entry, system: string): number | undefined {
  const found = outcomes.find((one) => one.system === system && one.work === 'seven-steps');
  return found && found.used.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0);
}
