import type { Pipeline } from '@millrace/pipeline';

/** Says whether a value is what `pipeline()` returned. */
export const isPipeline = (value: unknown): value is Pick<Pipeline, 'name' | 'loaded' | 'contracts'> =>
  typeof value === 'object' &&
  value !== null &&
  'loaded' in value &&
  'contracts' in value &&
  typeof value.loaded === 'object' &&
  value.loaded !== null &&
  'hash' in value.loaded;
