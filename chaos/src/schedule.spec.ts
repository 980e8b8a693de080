import { serviceNames } from './installation.js';
import { KINDS, scheduleOf } from './schedule.js';

const services = serviceNames('apart');
const schedule = (seed: number, faults: number = KINDS.length) =>
  scheduleOf({ seed, faults, services, spanMs: 120_000 });

test('the same seed makes the same schedule, another seed another one', () => {
  expect(schedule(7)).toEqual(schedule(7));
  expect(schedule(8)).not.toEqual(schedule(7));
});

test('every kind of fault is met before one comes again', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const kinds = schedule(seed).map(({ fault }) => fault.kind);
    expect(kinds).toHaveLength(KINDS.length);
    expect(new Set(kinds)).toEqual(new Set(KINDS));
    expect(new Set(schedule(seed, 6).map(({ fault }) => fault.kind)).size).toBe(6);
  }
});

test('faults stay within the time in which runs are published, and name services that there are', () => {
  for (let seed = 1; seed <= 20; seed++) {
    for (const { at, fault } of schedule(seed, 30)) {
      expect(at).toBeGreaterThanOrEqual(0);
      expect(at).toBeLessThan(120_000);
      if (fault.kind === 'scale') expect(services).toContain(`${fault.service}-1`);
      else if ('service' in fault) expect(services).toContain(fault.service);
    }
  }
});
