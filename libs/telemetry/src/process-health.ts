import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { GaugeReading } from './meters.js';

const RESOLUTION_MS = 20;
const NANOSECONDS = 1e9;

// The event loop belongs to the process, so one watch serves all services in it. It starts when first asked for.
let watch: ReturnType<typeof monitorEventLoopDelay> | undefined;

/** Half of the turns, 99 of 100, and the worst, since last asked. */
export function eventLoopLag(): readonly GaugeReading<'quantile'>[] {
  if (watch === undefined) {
    watch = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    watch.enable();
    return [];
  }
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS / 1_000) || 0;
  const readings = [
    { value: late(watch.percentile(50)), labels: { quantile: '0.5' } },
    { value: late(watch.percentile(99)), labels: { quantile: '0.99' } },
    { value: late(watch.max), labels: { quantile: '1' } },
  ];
  watch.reset();
  return readings;
}

export function memory(): readonly GaugeReading<'kind'>[] {
  const { rss, heapUsed, external } = process.memoryUsage();
  return [
    { value: rss, labels: { kind: 'rss' } },
    { value: heapUsed, labels: { kind: 'heap_used' } },
    { value: external, labels: { kind: 'external' } },
  ];
}
