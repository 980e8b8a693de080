import { StoreUnavailable } from '../errors.js';
import { toldAs } from './postgres-errors.js';

const fromDatabase = (code: string, message = 'no') =>
  Object.assign(new Error(message), { code, severity: 'ERROR', name: 'error' });

test.each(['08006', '25006', '40001', '40P01', '42501', '53100', '53300', '55P03', '57014', '57P01', '58030', 'XX000'])(
  'what the database cannot do now (%s) is waited for',
  (code) => {
    expect(toldAs(fromDatabase(code))).toBeInstanceOf(StoreUnavailable);
  },
);

test.each(['ECONNREFUSED', 'EPIPE', 'ENOSPC'])('a connection or a disk that fails (%s) is waited for', (code) => {
  expect(toldAs(Object.assign(new Error('no'), { code }))).toBeInstanceOf(StoreUnavailable);
});

test.each(['21000', '22003', '22021', '22P02', '22P05', '23505', '23514', '53200', '54000'])(
  'what the database refuses for its values (%s) is told as it is',
  (code) => {
    const error = fromDatabase(code);
    expect(toldAs(error)).toBe(error);
  },
);

test('a value that is larger than any may be is refused for its size', () => {
  const error = fromDatabase('XX000', 'invalid memory alloc request size 1073741824');
  expect(toldAs(error)).toBe(error);
  const own = new RangeError('Invalid string length');
  expect(toldAs(own)).toBe(own);
});

test('a full disk is called one', () => {
  expect(toldAs(fromDatabase('53100'))).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    full: true,
    message: 'There is no room on the disk of the database (53100).',
  });
});
