import { DataUnusable } from './data-unusable.js';

const told = (cause: unknown) => new DataUnusable('/data/store', new Error('Not migrated.', { cause })).message;

test.each([
  ['what the file system says', Object.assign(new Error('no space'), { code: 'ENOSPC' })],
  ['what PostgreSQL says', Object.assign(new Error('no room'), { full: true })],
  ['what PGlite says', { name: 'ErrnoError', errno: 51 }],
])('a full disk is told as one: %s', (_, cause) => {
  expect(told(cause)).toBe(
    'The store in /data/store cannot be opened: the disk is full. Make room there, or name another MILLRACE_DATA, and start again.',
  );
});

test('files that cannot be opened are told with the last cause, and without a stack', () => {
  expect(told(new Error('invalid page'))).toBe(
    'The store in /data/store cannot be opened: its files are damaged, or of another version (invalid page). ' +
      'Put a copy in its place, or name another MILLRACE_DATA.',
  );
});
