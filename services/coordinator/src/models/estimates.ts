import { BoundedMap, type MeteredCall, type ModelCallEvent, type TokenUsage } from '@millrace/contracts';

/** Learns which share of its estimate the calls of a step use: an answer is mostly shorter than it may be. */
export class Estimates {
  private readonly learned = new BoundedMap<number>(10_000);

  learn(call: MeteredCall, used: number): void {
    const key = learnedKey(call);
    const share = Math.min(4, used / Math.max(1, tokensOf(call)));
    const before = this.learned.get(key);
    this.learned.set(key, before === undefined ? share : before * 0.9 + share * 0.1);
  }

  tokensFor(call: MeteredCall): number {
    return Math.ceil(tokensOf(call) * (this.learned.get(learnedKey(call)) ?? 1));
  }
}

/** Returns the tokens of a call. A provider that says nothing, or what cannot be, is counted as estimated, or as it says where that is more. */
export function usedBy({
  usage,
  call: { estimate },
}: Pick<Extract<ModelCallEvent, { type: 'call.ended' }>, 'usage' | 'call'>): {
  readonly usage: TokenUsage;
  readonly counted: 'reported' | 'estimated';
} {
  if (!usage) return { usage: estimate, counted: 'estimated' };
  const total = usage.input + usage.output;
  const isSane = total > 0 && usage.input * 20 >= estimate.input && usage.output <= estimate.output * 2 + 1_000;
  if (isSane) return { usage, counted: 'reported' };
  const most = { input: Math.max(usage.input, estimate.input), output: Math.max(usage.output, estimate.output) };
  return { usage: most, counted: 'estimated' };
}

export const tokensOf = ({ estimate }: MeteredCall): number => estimate.input + estimate.output;

const learnedKey = ({ provider, model, pipeline = '', step }: MeteredCall): string =>
  [provider, model, pipeline, step.replace(/\[.*$/, '')].join('/');
