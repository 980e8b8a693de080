import type { ModelSpending } from '@millrace/contracts';
import type { ModelLedger } from '@millrace/runtime';
import type { Meters } from '@millrace/telemetry';

type Label = 'tenant' | 'pipeline' | 'provider' | 'model';

/** Shows what calls of models used and cost, over all days, and what waits for quotas. */
export function meterModels(meters: Meters, ledger: Pick<ModelLedger, 'entries'>): void {
  const read = (amount: (line: ModelSpending) => number) => () => {
    const sums = new Map<string, { value: number; labels: Readonly<Record<Label, string>> }>();
    for (const entry of ledger.entries()) {
      if (entry.kind !== 'spent') continue;
      const { tenant = '', pipeline = '', provider, model } = entry;
      const key = JSON.stringify([tenant, pipeline, provider, model]);
      const before = sums.get(key)?.value ?? 0;
      sums.set(key, { value: before + amount(entry), labels: { tenant, pipeline, provider, model } });
    }
    return [...sums.values()];
  };
  meters.gauge(
    'millrace_model_spent_tokens',
    'Tokens of prompts and answers that were spent.',
    read((line) => line.input + line.output),
  );
  meters.gauge(
    'millrace_model_spent_money',
    'Money that was spent, in the currency of the price table.',
    read((line) => line.micros / 1_000_000),
  );
  meters.gauge(
    'millrace_model_calls',
    'Calls of models that were made.',
    read((line) => line.calls),
  );
  meters.gauge(
    'millrace_model_unpriced_calls',
    'Calls of models without a price: what they cost is unknown.',
    read((line) => line.unpriced),
  );
  meters.gauge('millrace_model_quota_waiting', 'Calls of models that wait for a quota.', () =>
    [...ledger.entries()].flatMap((entry) => {
      if (entry.kind !== 'quota') return [];
      const { provider, model, tenant, waiting: value } = entry;
      return [{ value, labels: { provider, model, tenant } }];
    }),
  );
}
