import type { Outgoing } from '@millrace/broker';
import { byWhom, deploymentRecord, randomId, type Topics } from '@millrace/contracts';

interface Told {
  /** e.g. `stage.limit`. */
  readonly kind: string;
  readonly subject: string;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  readonly detail?: unknown;
}

/** Returns the record that brings an act into the audit trail: it is published together with what the act changes. */
export function actDone(topics: Topics, { kind, subject, by, reason, detail }: Told): Outgoing {
  const act = { type: 'act.done', id: randomId('act'), at: Date.now(), kind, subject } as const;
  return deploymentRecord(
    topics,
    { ...act, ...byWhom({ by, reason }), ...(detail !== undefined && { detail }) },
    subject,
  );
}
