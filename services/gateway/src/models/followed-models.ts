import { followModelLedger, followModels, type Runtime } from '@millrace/runtime';
import { meterModels } from './meter-models.js';
import type { ModelsSet } from './models.controller.js';

/** Follows what is set for models and what they cost, and shows it as metrics. */
export async function followedModels(runtime: Runtime): Promise<ModelsSet & AsyncDisposable> {
  await using opening = new AsyncDisposableStack();
  const settings = opening.use(await followModels(runtime));
  const ledger = opening.use(await followModelLedger(runtime));
  meterModels(runtime.telemetry.meters, ledger);
  const opened = opening.move();
  return { settings, ledger, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}
