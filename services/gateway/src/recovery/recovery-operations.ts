import * as http from '@millrace/contracts/http';
import { accepted, ok, type Operation } from '../http/operation.js';

/** A store that was put back from a backup, and its topics. */
export const RECOVERY_OPERATIONS: readonly Operation[] = [
  {
    method: 'POST',
    path: '/v1/recoveries',
    id: 'beginRecovery',
    summary:
      'Compares the store with its topics, and with `apply` brings it up to them: after a restore of the database. A coordinator does it; look at the link `self`.',
    body: http.RecoverBody,
    answers: accepted,
    problems: ['INVALID_REQUEST', 'BROKER_UNAVAILABLE'],
  },
  {
    method: 'GET',
    path: '/v1/recoveries/{id}',
    id: 'getRecovery',
    summary:
      'The findings and changes of a recovery: the positions of store, groups and topics, and the runs that lack something.',
    answers: ok('RecoveryReport', 'As far as it has come.'),
    problems: ['UNKNOWN_RECOVERY'],
  },
];
