import type { QuotaView } from '@millrace/client';

/** Returns what a quota is for, in words. */
export function nameOf({ provider, model, tenant }: Pick<QuotaView, 'provider' | 'model' | 'tenant'>): string {
  const whose = tenant === '*' ? '' : ` for ${tenant}`;
  if (provider === '*' && model === '*') return `All models${whose}`;
  return `${model === '*' ? 'All models' : model} of ${provider === '*' ? 'all providers' : provider}${whose}`;
}
