import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StageFailure } from '@millrace/stage';
import { testEngine } from '@millrace/testing';
import { invoiceProcessing } from './invoice-processing.js';
import { payInvoice, refundInvoice } from './stages/contracts.js';
import { stages } from './stages/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'invoice-processing-'));
});
afterEach(() => rm(folder, { recursive: true }));

const processing = () => testEngine(invoiceProcessing, stages({ OFFICE_DIR: folder }));
const sample = async (name: string) =>
  JSON.parse(await readFile(fileURLToPath(new URL(`../samples/${name}.json`, import.meta.url)), 'utf8')) as {
    text: string;
  };
const undone = (history: string) => [...history.matchAll(/step\.completed undo:(\w+)/g)].map(([, step]) => step);

/** Returns the entries in the books, and the bank's payments. */
async function balance() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const entries = names.map(
    async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as { booked?: number; paid?: number },
  );
  const sum = { booked: 0, paid: 0 };
  for (const { booked = 0, paid = 0 } of await Promise.all(entries)) {
    sum.booked += booked;
    sum.paid += paid;
  }
  return sum;
}

test('an invoice is booked, paid and filed', async () => {
  await using engine = await processing();
  const run = await engine.start(await sample('invoice'));
  expect(run.output).toMatchObject({ number: '2026-117', place: '2026-117' });
  expect(await balance()).toEqual({ booked: 250, paid: 250 });
});

test.each([
  ['lines that do not make the total', 'Invoice 1\nSupplier: A\nPaper: 1.00\nTotal: 2.00'],
  ['no number', 'Supplier: A\nPaper: 1.00\nTotal: 1.00'],
])('one with %s is not booked', async (_, text) => {
  await using engine = await processing();
  const run = await engine.start({ text });
  expect(run.status).toBe('failed');
  expect(run.history).toContain('INVOICE_UNREADABLE');
  expect(await readdir(folder)).toEqual([]);
});

test('one that the bank refuses is taken out of the books', async () => {
  await using engine = await processing();
  const run = await (await engine.start(await sample('too-much'))).ended();
  expect(run.status).toBe('failed');
  expect(run.history).toContain('PAYMENT_REFUSED');
  expect(undone(run.history)).toEqual(['book']);
  expect(await balance()).toEqual({ booked: 0, paid: 0 });
});

test('one that was filed before is refunded first, and then taken out of the books', async () => {
  await using engine = await processing();
  await engine.start(await sample('invoice'));
  const again = await (await engine.start(await sample('invoice'))).ended();
  expect(again.status).toBe('failed');
  expect(undone(again.history)).toEqual(['pay', 'book']);
  expect(await balance()).toEqual({ booked: 250, paid: 250 });
});

test('a bank that is down for a while is asked again, and pays once', async () => {
  await using engine = await processing();
  engine.throwTimes('pay', 2);
  engine.crashOnce('pay', 'before-publish');
  const run = await (await engine.start(await sample('invoice'))).ended();
  expect(engine.asked(payInvoice).map(({ attempt }) => attempt)).toEqual([1, 2, 3, 3]);
  expect(run.status).toBe('completed');
  expect(await balance()).toEqual({ booked: 250, paid: 250 });
});

test('a bank that is down until the invoice is late is asked no more, and the books are put right', async () => {
  await using engine = await processing();
  engine.throwTimes('pay', 1_000);
  const run = await engine.start(await sample('invoice'));
  await engine.clock.advance('9d');
  expect(run.status).toBe('running');
  await engine.clock.advance('1d');
  expect((await run.ended()).status).toBe('failed');
  expect(run.history).toContain('STEP_DEADLINE_PASSED');
  expect(undone(run.history)).toEqual(['book']);
  expect(await balance()).toEqual({ booked: 0, paid: 0 });
});

test('money goes first, and a company is a tenant', () => {
  const { priority, tenantOf } = invoiceProcessing.loaded.starts;
  expect([priority, tenantOf({ text: '', company: 'north' }), tenantOf({ text: '' })]).toEqual([
    'high',
    'north',
    'unnamed',
  ]);
});

test('a refund that dies over it is made once', async () => {
  await using engine = await processing();
  await engine.start(await sample('invoice'));
  engine.crashOnce('undo:pay', 'before-publish');
  const again = await (await engine.start(await sample('invoice'))).ended();
  expect(engine.asked(refundInvoice)).toHaveLength(2);
  expect(again.status).toBe('failed');
  expect(await balance()).toEqual({ booked: 250, paid: 250 });
});

test('a refund that fails for good is parked, and undoing goes on when it is redriven', async () => {
  await using engine = await processing();
  await engine.start(await sample('invoice'));
  engine.throwTimes('undo:pay', 1, new StageFailure('BANK_SAYS_NO', 'No.', { kind: 'permanent' }));
  const again = await (await engine.start(await sample('invoice'))).ended();
  expect(again.status).toBe('dead-lettered');
  expect(await balance()).toEqual({ booked: 500, paid: 500 });
  await again.redrive('undo:pay');
  expect((await again.ended()).status).toBe('failed');
  expect(undone(again.history)).toEqual(['pay', 'book']);
  expect(await balance()).toEqual({ booked: 250, paid: 250 });
});

test('one that is cancelled with compensation leaves nothing behind', async () => {
  await using engine = await processing();
  engine.delayOnce('file', '1m');
  const run = await engine.start(await sample('invoice'));
  expect(await balance()).toEqual({ booked: 250, paid: 250 });
  await run.cancel({ reason: 'sent by mistake', compensate: true });
  expect((await run.ended()).status).toBe('cancelled');
  expect(await balance()).toEqual({ booked: 0, paid: 0 });
});
