import type { FailureEntry } from './outside-failures.js';

/** The failures of blobs: a part of `FAILURES`. */
export const BLOB_FAILURES = {
  BLOB_MISSING: {
    kind: 'permanent',
    remedy:
      'Put the blob that the message names back from a backup, then redrive. If it was never there, check that all services have the same BLOBS.',
  },
  BLOB_DAMAGED: {
    kind: 'permanent',
    remedy:
      'Put the blob that the message names back from a backup, then redrive: its bytes do not have the checksum that its reference names.',
  },
  BLOB_SEALED: {
    kind: 'permanent',
    remedy: 'Add the key with which the blob was encrypted to BLOB_KEY_FILE as a further line, restart, then redrive.',
  },
  BLOB_STORE_AWAY: {
    kind: 'transient',
    remedy: 'Check that the store which BLOBS names can be reached and has room. The step is tried again, then parked.',
  },
  NO_BLOB_STORE: {
    kind: 'permanent',
    remedy: 'Set BLOBS of this service to the same store as the others have, restart, then redrive.',
  },
} as const satisfies Record<string, FailureEntry>;
