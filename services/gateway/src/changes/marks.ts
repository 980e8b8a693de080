import type { StoreReader } from '@millrace/store';
import type { ModelsSet } from '../models/models.controller.js';
import type { StageViews } from '../stages/stage-views.js';
import type { Part } from './changes.js';

interface Marked {
  readonly reader: Pick<StoreReader, 'changeMark'>;
  readonly stages: Pick<StageViews, 'list'>;
  readonly models: ModelsSet;
}

/** Returns the marks by which changes are found: the store's own, and what is shown of stages and models. */
export function marksOf({ reader, stages, models }: Marked): Readonly<Record<Part, () => Promise<string>>> {
  return {
    store: () => reader.changeMark(),
    stages: async () => JSON.stringify(await stages.list()),
    models: () => {
      const { settings, ledger } = models;
      const entries = [...ledger.entries()].filter(({ kind }) => kind === 'quota' || kind === 'call');
      return Promise.resolve(
        JSON.stringify([settings.quotas(), settings.budgets(), settings.prices() ?? null, entries]),
      );
    },
  };
}
