import type { Operation } from '../http/operation.js';

export const BLOB_OPERATIONS: readonly Operation[] = [
  {
    method: 'GET',
    path: '/v1/blobs/{run}/{sha256}',
    id: 'getBlob',
    summary:
      'The bytes of a blob, for which `{"$blob": {"run": …, "sha256": …, "bytes": …, "as": …}}` stands in an input or an output. `as` says what they are: JSON, the characters of a text, or the bytes of which the text is the base64. They have the checksum of the reference.',
    answers: { 200: { text: 'The bytes.', type: 'application/octet-stream' } },
    problems: ['UNKNOWN_BLOB', 'BLOB_UNREADABLE', 'BLOB_STORE_AWAY'],
  },
];
