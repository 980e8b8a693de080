import { fingerprintOf, messagePattern } from './fingerprint.js';

const of = (message: string) => fingerprintOf({ at: 'draft', code: 'STAGE_THREW', message });

test.each([
  ['Order 17 is unknown.', 'Order 230,441.50 is unknown.'],
  ['No article "refund policy" in en-GB', 'No article "" in en-GB'],
  ["The field 'iban' is wrong", "The field 'account number' is wrong"],
  ['run_01h8xgq2 failed at 12:30:01', 'run_9zz failed at 09:01:59'],
  ['ann@example.com was not found', 'bob.miller@mail.example was not found'],
  ['commit deadbeef is gone', 'commit 0a1b2c3d4e is gone'],
  ['status 503 from 10.0.0.1:8080/v1', 'status 502 from 10.1.0.22:9090/v2'],
])('failures that differ in numbers, ids and quotes alone share a fingerprint: %s', (one, other) => {
  expect(of(one)).toBe(of(other));
});

test.each([
  ['The model answered 429', 'The model answered slowly 429'],
  ["It doesn't fit, and that isn't all", "It doesn't go, and that isn't all"],
])('failures of different causes do not: %s', (one, other) => {
  expect(of(one)).not.toBe(of(other));
});

test('the stage and the code are part of a fingerprint', () => {
  const failed = { at: 'draft', code: 'STAGE_THREW', message: 'It broke.' };
  const others = [failed, { ...failed, at: 'send' }, { ...failed, code: 'STAGE_TIMED_OUT' }];
  expect(new Set(others.map(fingerprintOf)).size).toBe(3);
});

test('a message is reduced in linear time, whatever it consists of', () => {
  for (const part of ["'", '"', 'a1-', '@', '#.', '“', ' '])
    expect(messagePattern(part.repeat(2_000)).length).toBeLessThanOrEqual(500);
});
