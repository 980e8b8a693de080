import type { Incoming } from '@millrace/broker';
import type { Evidence } from './evidence.js';
import type { ExperimentOutcome } from './experiment.js';
import { isHostile, type Violation } from './invariants.js';

const SHOWN = 20;
const HISTORIES = 3;

/** Returns the outcome in a few lines; for the first runs with violations, everything that is known of them. */
export function report(seed: number, { violations, requests, evidence, plan, seconds }: ExperimentOutcome): string {
  const statuses = new Map<string, number>();
  for (const { status } of evidence.runs.values()) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const sums = [...statuses].map(([status, count]) => `${count} ${status}`).join(' + ');
  const calls = [...evidence.bank.payments.values()].reduce((sum, payment) => sum + payment.callers.length, 0);
  const lines = [
    `${requests.length} runs asked for in ${evidence.intake.length} records: ${sums}`,
    `${evidence.results.filter((record) => !isHostile(record)).length} results, ${evidence.deadLetters.length} dead letters, ${evidence.bank.payments.size} payments in ${calls} calls`,
    evidence.otherReader ? 'read by kcat as well' : 'kcat is not installed: read by our own reader alone',
    `seed ${seed}: ${requests.length} runs, ${plan.length} faults of ${new Set(plan.map(({ fault }) => fault.kind)).size} kinds, ${violations.length} violations, ${seconds} s`,
  ];
  if (violations.length === 0) return lines.join('\n');
  lines.push(...violations.slice(0, SHOWN).map(({ run, what }) => `  ${run ? `${run} ` : ''}${what}`));
  if (violations.length > SHOWN) lines.push(`  and ${violations.length - SHOWN} more`);
  const runs = new Set(violations.flatMap(({ run }: Violation) => run ?? []));
  for (const run of [...runs].slice(0, HISTORIES)) lines.push('', ...historyOf(run, evidence));
  return lines.join('\n');
}

function historyOf(run: string, { runs, intake, events, commands, results, deadLetters }: Evidence): string[] {
  const about = ({ key, value }: Incoming) => key?.toString() === run || value?.includes(run);
  const stored = runs.get(run);
  return [
    `${run}: ${stored?.status ?? 'not in the store'}`,
    ...(stored?.facts ?? []).map((fact) => `  fact   ${short(JSON.stringify(fact))}`),
    ...[...intake, ...commands, ...events, ...results, ...deadLetters]
      .filter(about)
      .sort((a, b) => a.timestamp - b.timestamp)
      .map(
        ({ topic, partition, offset, timestamp, value }) =>
          `  record ${new Date(timestamp).toISOString()} ${topic}/${partition}/${offset} ${short(partOf(run, value))}`,
      ),
  ];
}

/** Returns the events of one run from a record with the events of many. */
function partOf(run: string, value: Buffer | null): string {
  const text = value?.toString() ?? 'null';
  if (!text.startsWith('[')) return text;
  const items = JSON.parse(text) as { run?: string }[];
  return JSON.stringify(items.filter((item) => item.run === run));
}

const short = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text);
