import { withoutLogins } from './url-logins.js';

test.each([
  ['postgres://ann:s3cret@db:5432/m', 'postgres://[redacted]@db:5432/m'],
  ['postgres://s3cret@db/m', 'postgres://[redacted]@db/m'],
  ['http://:s3cret@db/m', 'http://[redacted]@db/m'],
  ['smtps://ann%40x:s3cret@mail:587', 'smtps://[redacted]@mail:587'],
  ['http://ann:s3cret@[::1]:4318/v1', 'http://[redacted]@[::1]:4318/v1'],
  ['postgres://ann:s3@cret@db/m', 'postgres://[redacted]@db/m'],
  ['postgres://ann:s3/cret@db/m', 'postgres://[redacted]@db/m'],
  ['HTTPS://ANN:S3CRET@HOST', 'HTTPS://[redacted]@HOST'],
  ['https://host/v1?api_key=s3cret&model=x', 'https://host/v1?api_key=[redacted]&model=x'],
  ['https://host/?x=1&access_token=s3cret#a', 'https://host/?x=1&access_token=[redacted]#a'],
  ['https://host/?password=s3cret;sig=s3cret', 'https://host/?password=[redacted];sig=[redacted]'],
  ['{"url":"http://ann:s3cret@host/","n":1}', '{"url":"http://[redacted]@host/","n":1}'],
  [
    'Cannot reach http://ann:s3cret@a/ or http://bob:s3cret@b/.',
    'Cannot reach http://[redacted]@a/ or http://[redacted]@b/.',
  ],
  ['ann:s3cret@collector:4318', '[redacted]@collector:4318'],
  ['is "ann:s3cret@collector:4318": expected a URL', 'is "[redacted]@collector:4318": expected a URL'],
])('a login in %s is not printed', (text, shown) => {
  expect(withoutLogins(text)).toBe(shown);
});

test.each([
  'http://127.0.0.1:8080/runs/run_1',
  'https://registry/@scope/name?page=2',
  'http://host:8080/@scope/name',
  'From: ann@example.com',
  'mail ann@example.com, please',
  'no URL at all',
])('%s stays as it is', (text) => {
  expect(withoutLogins(text)).toBe(text);
});

test('a long text without a login is gone through once', () => {
  const text = 'a:b'.repeat(50_000) + '@?';
  expect(withoutLogins(text)).toBe(text);
});
