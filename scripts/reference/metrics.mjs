// Writes the page of metrics from the places in the sources that declare them: their kind, name, help and labels.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DECLARED = /\b(counter|histogram|gauge)(?:<([^>]*)>)?\(\s*'(millrace_\w+|gen_ai\.[\w.]+)',\s*'([^']*)'/g;
const SPECS = /\.(spec|browser|integration)\.ts$/;

const read = (file) => readFileSync(join(root, file), 'utf8');
const labelsIn = (type) => [...(type ?? '').matchAll(/'([\w.]+)'/g)].map(([, label]) => label);

/** Labels that a file gives a name, e.g. `type Label = 'a' | 'b'`, spelt out. */
function spelt(type, text) {
  const named = [...text.matchAll(/\btype (\w+) =((?:\s*\|?\s*'[\w.]+')+);/g)];
  return named.reduce((all, [, name, labels]) => all?.replace(new RegExp(`\\b${name}\\b`), labels), type);
}

/** The labels of the metrics that stand in the interface `Meters`, by name. */
function labelsOfMeters(sources) {
  const meters = sources.find((text) => /export interface Meters\b/.test(text));
  return new Map(
    [...meters.matchAll(/\/\*\* `(millrace_\w+)`[\s\S]*?\*\/\s*[\s\S]*?(?:Counter|Histogram|Read)<([^>]*)>/g)].map(
      ([, name, labels]) => [name, labelsIn(labels)],
    ),
  );
}

export function metricsPage() {
  const files = globSync('{libs,services}/*/src/**/*.ts', { cwd: root }).filter((file) => !SPECS.test(file));
  const sources = files.map(read);
  const known = labelsOfMeters(sources);
  const metrics = sources.flatMap((text) =>
    [...text.matchAll(DECLARED)].map(([, kind, labels, name, help]) => ({
      kind,
      name,
      help,
      labels: labels === undefined ? (known.get(name) ?? []) : labelsIn(spelt(labels, text)),
    })),
  );
  const row = ({ kind, name, help, labels }) => `| \`${name}\` | ${kind} | ${labels.join(', ')} | ${help} |`;
  return [
    '# Metrics',
    '',
    '<!-- Written by npm run generate from the places that declare the metrics. -->',
    '',
    'Every service answers `/metrics` on its `PORT`, in the format of Prometheus, and sends the same by OTLP where `OTEL_EXPORTER_OTLP_ENDPOINT` is set.',
    'Prometheus writes dots in names and labels as `_`, and adds `_total` to counters and `_count`, `_sum` and `_bucket` to histograms.',
    'With `npm start` and `millrace dev` one page has the metrics of all services, which the label `service` tells apart.',
    '[Operate Millrace](../how-to/operate.md#what-to-watch) says which of them are worth an alarm.',
    '',
    '| metric | kind | labels | meaning |',
    '| --- | --- | --- | --- |',
    ...metrics.sort((a, b) => a.name.localeCompare(b.name)).map(row),
    '',
  ].join('\n');
}
