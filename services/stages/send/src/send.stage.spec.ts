import type { StageRun } from '@millrace/stage';
import { readSettings } from '@millrace/runtime';
import { config } from './config.js';
import { Postbox } from './postbox.js';
import type { Reply } from './reply.js';
import { SendStage } from './send.stage.js';

class Hand extends Postbox {
  readonly held: Reply[] = [];
  async deliver(reply: Reply) {
    this.held.push(reply);
    return { via: 'outbox' as const, path: 'x.eml' };
  }
}
const run = { idempotencyKey: 'run_1.send', signal: new AbortController().signal } as StageRun;
const hand = new Hand('support@bank.example');
const stage = new SendStage(hand);

test('says whom the reply went to, and how', async () => {
  const original = { from: { address: 'ada@example.com' }, subject: 'Refund' };
  expect(await stage.handle({ original, text: 'Soon.' }, run)).toEqual({
    messageId: '<run_1.send@bank.example>',
    to: 'ada@example.com',
    via: 'outbox',
    path: 'x.eml',
  });
});

test('a message without an address to answer to fails for good', async () => {
  await expect(stage.handle({ original: { subject: '' }, text: 'Soon.' }, run)).rejects.toMatchObject({
    code: 'NO_RECIPIENT',
    kind: 'permanent',
  });
});

test('all settings that need attention are told at once', () => {
  const wrong = { SEND_FROM: 'nobody', SMTP_URL: 'http://mail' };
  expect(() => readSettings(config, wrong, 'send')).toThrow(/2 settings[^]*SEND_FROM[^]*SMTP_URL/);
  expect(readSettings(config, {}, 'send')).toMatchObject({ SEND_FROM: 'Support <support@localhost>' });
});
