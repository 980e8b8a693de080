import { type MadeCalls, type ModelPrices, microsOf, type TokenUsage } from '@millrace/contracts';
import type { AttemptView, ModelCallView, RunView } from '@millrace/contracts/http';

/** Returns the part of an attempt's view that shows the calls of models that it made. */
export function callsView(calls: MadeCalls | undefined): Pick<AttemptView, 'calls' | 'callsLeftOut'> {
  if (!calls) return {};
  const leftOut = (calls.total ?? 0) - calls.items.length;
  return { calls: [...calls.items], ...(leftOut > 0 && { callsLeftOut: leftOut }) };
}

/** Adds what each call cost, by the prices of now. A kept answer costs nothing; without tokens or a price the cost is not known. */
export function withCosts(view: RunView, prices: ModelPrices | undefined): RunView {
  if (!prices) return view;
  const costed = (call: ModelCallView): ModelCallView => {
    const usage = call.isKept ? { input: 0, output: 0 } : usageOf(call);
    const micros = usage && microsOf(prices, call, usage);
    if (micros === undefined) return call;
    return { ...call, cost: { money: micros / 1_000_000, currency: prices.currency } };
  };
  const attempted = (attempt: AttemptView): AttemptView =>
    attempt.calls ? { ...attempt, calls: attempt.calls.map(costed) } : attempt;
  return { ...view, steps: view.steps.map((step) => ({ ...step, attempts: step.attempts.map(attempted) })) };
}

/** Only a chat has tokens of an answer. */
function usageOf({ tokens, operation }: ModelCallView): TokenUsage | undefined {
  const { input, output = operation === 'chat' ? undefined : 0 } = tokens ?? {};
  return input === undefined || output === undefined ? undefined : { input, output };
}
