import { customerEmail } from './customer-email.js';
import { htmlToText } from './html-text.js';
import { newWords } from './new-words.js';

/** Inputs of at most 512 KB that were found to take a parser seconds or minutes. */
const HOSTILE: Readonly<Record<string, string>> = {
  'line ends alone': 'From: a@example.com\n\n' + '\n'.repeat(500_000),
  'flowed lines': 'From: a@example.com\nContent-Type: text/plain; format=flowed\n\n' + 'a \n'.repeat(160_000),
  'almost boundaries, deeply nested':
    'From: a@example.com\n' +
    Array.from({ length: 30 }, (_, n) => `Content-Type: multipart/mixed; boundary="b${n}"\n\n--b${n}\n`).join('') +
    '\n--x'.repeat(100_000),
  'messages in messages': 'From: a@example.com\nContent-Type: message/rfc822\n\n'.repeat(9_000),
  'ten thousand parts':
    'From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n' + '\n--b\n\nhello\n'.repeat(10_000),
  'ten thousand multiparts':
    'From: a@example.com\nContent-Type: multipart/mixed; boundary=b\n' +
    '\n--b\nContent-Type: multipart/mixed; boundary=c\n'.repeat(3_300),
  'headings of quotes': 'From: a@example.com\n\n' + 'On 3 May 2026 a schreef\n'.repeat(15_000),
  'one long heading': 'From: a@example.com\n\nOn 3 ' + 'wrote '.repeat(80_000),
  'tags that never close': 'From: a@example.com\nContent-Type: text/html\n\n' + '<script '.repeat(60_000),
  'comments that never close': 'From: a@example.com\nContent-Type: text/html\n\n' + '<!--'.repeat(120_000),
  'styles that never close': 'From: a@example.com\nContent-Type: text/html\n\n' + '<style>'.repeat(70_000),
  entities: 'From: a@example.com\nContent-Type: text/html\n\n' + '&amp'.repeat(120_000),
  blanks: 'From: a@example.com\nContent-Type: text/html\n\n<p>' + ' '.repeat(500_000) + 'x',
  'lines across': 'From: a@example.com\nContent-Type: text/html\n\n' + ' <hr>'.repeat(100_000),
};

test.each(Object.keys(HOSTILE))('a hostile mail is read in a time that ends: %s', async (name) => {
  expect(await customerEmail({ raw: HOSTILE[name]! })).toBeDefined();
});

/** Milliseconds of this process's work, the least of five tries: what else the machine does counts little. */
function work(action: () => unknown): number {
  const tries = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    action();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return Math.min(...tries);
}

/** Four times as much takes sixteen times the work where an algorithm is quadratic; so little that it cannot be measured passes. */
function expectLinear(action: (size: number) => unknown): void {
  action(1);
  const [once, fourTimes] = [work(() => action(1)), work(() => action(4))];
  expect(fourTimes).toBeLessThan(Math.max(once, 3) * 10);
}

const SIZE = 16 * 1024;
const repeated = (piece: string, times: number) => piece.repeat(Math.floor((times * SIZE) / piece.length));

test.each([
  [' <hr>'], ['<b>'], ['<b></i>'], ['<p>x'], ['<div></p>'], [' <b> </b>'], ['<blockquote>a'], ['<table><td>'], ['&amp'],
  ['<'], ['<style>'], ['<!--'], ['<a b=">" '], ['<li>'], ['<div style="display:none">'], ['<svg><g>'],
])('the time for HTML grows with its length: %j', (piece) => {
  expectLinear((size) => htmlToText(repeated(piece, size)));
}); // prettier-ignore

test.each([
  ['> a\n'], ['> a\n\n\n'], ['>\nb\n'], ['On 3 May 2026, Ada wrote:\n'], ['On 3 May 2026\n'], ['From: a\nTo: b\n'], ['--\n'],
  ['-- \na\n'], ['Sent from my iPhone\n'], ['-----Original Message-----\n'], ['\n'], ['From: a\nSent: 3 May 10:15\nTo: b\nx\n'],
])('the time for quotes grows with the length of the text: %j', (piece) => {
  expectLinear((size) => newWords(repeated(piece, size)));
}); // prettier-ignore
