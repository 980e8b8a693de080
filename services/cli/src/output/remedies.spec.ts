import { problemRemedyOf, PROBLEMS } from '@millrace/contracts/http';
import { remedyHere, SPEAKS_HTTP } from './remedies.js';

const CODES = Object.keys(PROBLEMS);

test('no remedy on the command line speaks of requests', () => {
  expect(CODES.filter((code) => SPEAKS_HTTP.test(remedyHere(code)))).toEqual([]);
});

test('a remedy is left out only where what is wrong is named field by field, or is the command line’s own mistake', () => {
  const left = CODES.filter((code) => remedyHere(code) === '' && problemRemedyOf(code) !== '');
  expect(left.sort()).toEqual(['INVALID_REQUEST', 'INVALID_VALUE', 'METHOD_NOT_ALLOWED', 'UNSUPPORTED_CONTENT_TYPE']);
});
