import { ROOT_CONTEXT, SpanKind, trace, TraceFlags } from '@opentelemetry/api';
import type { TraceContext } from '@millrace/contracts';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  SamplingDecision,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';

/** The samplers that OpenTelemetry names in OTEL_TRACES_SAMPLER. */
export const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export interface Sampling {
  readonly sampler: (typeof SAMPLERS)[number];
  /** The share of traces that is kept, from 0 to 1: OTEL_TRACES_SAMPLER_ARG. */
  readonly ratio: number;
}

/** Decides whether a span is sampled. The same for every service with the same settings: nothing but the ids counts. */
export type Sampled = (traceId: string, parent: TraceContext | undefined) => boolean;

export function sampledBy({ sampler, ratio }: Sampling): Sampled {
  if (sampler === 'parentbased_always_on') return (_, parent) => parent?.sampled ?? true;
  const root = rootSampler(sampler, ratio);
  const chosen = sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
  return (traceId, parent) => {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote(parent));
    const { decision } = chosen.shouldSample(context, traceId, '', SpanKind.INTERNAL, {}, []);
    return decision === SamplingDecision.RECORD_AND_SAMPLED;
  };
}

function rootSampler(sampler: Sampling['sampler'], ratio: number): Sampler {
  if (sampler.endsWith('always_on')) return new AlwaysOnSampler();
  return sampler.endsWith('always_off') ? new AlwaysOffSampler() : new TraceIdRatioBasedSampler(ratio);
}

const remote = ({ traceId, spanId, sampled }: TraceContext) => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: true,
});
