import type { ModelsView, SpendingList } from '@millrace/client';
import { millrace } from '../app/place.js';
import { ExportList } from '../export/export-list.js';
import { Loading } from '../states/loading.js';
import { Empty, ProblemPage } from '../states/pages.js';
import { Stale } from '../states/stale.js';
import { Budgets } from './budgets.js';
import { OpenCalls } from './open-calls.js';
import { Quotas } from './quotas.js';
import { Spending } from './spending.js';
import { useModels, useSpending } from './use-models.js';
import './models.css';

/** The models that stages call: the quotas and what waits for them, the budgets, what was spent, and the calls of which nobody knows the end. */
export function ModelsPage() {
  const [models, spending] = [useModels(), useSpending()];
  const failed = [models, spending].find(({ isError, data }) => isError && data === undefined);
  const retry = () => void Promise.all([models.refetch(), spending.refetch()]);
  return (
    <>
      <div className="line">
        <h1>Models</h1>
        <ExportList name="spending" rows={spendingRows} />
        <Stale of={models} />
      </div>
      {failed && <ProblemPage error={failed.error} retry={retry} />}
      {!failed &&
        (models.data && spending.data ? <Shown models={models.data} spending={spending.data} /> : <Loading rows={6} />)}
    </>
  );
}

interface ShownProps {
  readonly models: ModelsView;
  readonly spending: SpendingList;
}

function Shown({ models: { quotas, budgets, prices, calls }, spending }: ShownProps) {
  const isUnused = quotas.length + budgets.length + calls.length + spending.items.length === 0;
  return (
    <>
      {isUnused && (
        <Empty title="No stage has called a model">
          <p className="quiet">Calls of models appear here by themselves. To limit them before:</p>
          <pre>npx millrace model quota openai-compatible small --requests 600 --tokens 100000 --by ann</pre>
        </Empty>
      )}
      <Quotas quotas={quotas} />
      <Budgets budgets={budgets} counted={spending.budgets} currency={spending.currency} />
      <Spending spending={spending} prices={prices} />
      <OpenCalls calls={calls} />
    </>
  );
}

async function* spendingRows(signal: AbortSignal) {
  yield* (await millrace.models.spending({}, { signal })).items;
}
