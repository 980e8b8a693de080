import type { QueryOf } from '@millrace/client';
import { useState } from 'react';
import type { BulkKind } from './bulk.js';
import { BulkDialog } from './bulk-dialog.js';

const ENDED: readonly (string | undefined)[] = ['completed', 'failed', 'cancelled'];

/** The acts on all runs that match the filters; none where all of them have ended. */
export function BulkBar({ filters }: { readonly filters: QueryOf<'listRuns'> }) {
  const [asked, setAsked] = useState<BulkKind>();
  if (ENDED.includes(filters.state) || ENDED.includes(filters.status)) return null;
  const kinds: readonly BulkKind[] = filters.state === 'paused' ? ['resume', 'cancel'] : ['pause', 'cancel'];
  return (
    <span className="line">
      <span className="quiet">All that match:</span>
      {kinds.map((kind) => (
        <button key={kind} type="button" onClick={() => setAsked(kind)}>
          {kind}
        </button>
      ))}
      {asked && <BulkDialog kind={asked} filters={filters} close={() => setAsked(undefined)} />}
    </span>
  );
}
