import type { BudgetView, QuotaView } from '@millrace/client';
import { cost, money } from './amounts.js';
import { type Counted, usesOf } from './budget-use.js';
import { warningsOf } from './warnings.js';

const setAt = '2026-11-30T10:00:00.000Z';
const quota = (of: Partial<QuotaView>): QuotaView => ({
  ...{ provider: 'acme', model: 'small', tenant: '*', perMs: 60_000, setAt, waiting: 0, running: 0 },
  ...of,
});
const budget = (of: Partial<BudgetView>): BudgetView => ({ name: 'mails', per: 'run', atLimit: 'stop', setAt, ...of });
const used = (subject: string, of: Partial<Counted>): Counted => ({
  ...{ budget: 'mails', subject, calls: 0, tokens: 0, money: 0, unpriced: 0 },
  ...of,
});

test('the cost of calls without a price is unknown, and never zero', () => {
  expect(cost({ calls: 2, unpriced: 2, money: 0 }, 'EUR')).toBe('unknown');
  expect(cost({ calls: 2, unpriced: 1, money: 1.5 }, 'EUR')).toBe('1.50 EUR and 1 call without a price');
  expect([money(0, 'EUR'), money(0.0123, 'EUR'), money(1_234.5, undefined)]).toEqual([
    '0.00 EUR',
    '0.0123 EUR',
    '1,234.50',
  ]);
});

test('of the runs that have a budget each, the one that has spent most counts, by the limit that is nearest', () => {
  const counted = [
    used('run_1', { money: 1, tokens: 10 }),
    used('run_2', { money: 1, tokens: 90 }),
    used('run_9', { budget: 'other', money: 100 }),
  ];
  expect(usesOf(budget({ money: 10, tokens: 100 }), counted)).toEqual({
    fullest: { subject: 'run_2', share: 0.9 },
    subjects: 2,
  });
  expect(usesOf(budget({ calls: 0 }), [used('run_1', {})]).fullest?.share).toBe(1);
  expect(usesOf(budget({ money: 10 }), [])).toEqual({ fullest: undefined, subjects: 0 });
});

test('of a budget for each day the newest day counts, however much others have spent', () => {
  const counted = [used('2026-11-29', { money: 10 }), used('2026-11-30', { money: 2 })];
  expect(usesOf(budget({ per: 'day', money: 10 }), counted).fullest).toEqual({ subject: '2026-11-30', share: 0.2 });
});

test('the overview tells of paused quotas and of budgets that are nearly spent, and of no others', () => {
  const quotas = [quota({}), quota({ tenant: 'shop', pausedUntil: setAt, waiting: 7 })];
  const budgets = [budget({ money: 10 }), budget({ name: 'calm', money: 10 })];
  const counted = [used('run_1', { money: 9.5 }), used('run_2', { budget: 'calm', money: 1 })];
  expect(warningsOf({ quotas, budgets }, { budgets: counted })).toEqual([
    'small of acme for shop: calls are paused, 7 wait',
    '95 % of the budget mails is spent',
  ]);
});
