import { nodeTooOld } from './node-version.js';

test('a Node.js that is too old is told with the version that is needed and how to get it', () => {
  expect(nodeTooOld('20.20.2')).toMatch(/needs Node\.js 24 or newer; this is 20\.20\.2\. .*nvm install 24/);
  expect(nodeTooOld('24.0.0')).toBeUndefined();
  expect(nodeTooOld('26.1.0')).toBeUndefined();
});
