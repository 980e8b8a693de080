import { cron, type RefOf, topic } from '../index.js';
import { type Chances, maybeOf, pickOf } from './random-values.fixture.js';

interface Given {
  readonly text: unknown;
}

/** Makes random triggers, schedules and concurrency limits of a pipeline. */
export function randomStarts(chance: Chances): object {
  const pick = <T>(values: readonly T[]): T => pickOf(chance, values);
  const maybe = <T extends object>(said: () => T) => maybeOf(chance, said);
  const key = ({ text }: Given) => text;
  return {
    ...maybe(() => ({
      schedules: {
        nightly: cron('0 3 * * *', {
          input: (tick) => ({ text: tick.at, list: [] }),
          ...maybe(() => ({ zone: 'Europe/Berlin' })),
        }),
        often: cron(
          '* * * * *',
          maybe(() => ({ catchUp: pick(['none', 'last', 'all'] as const) })),
        ),
      },
    })),
    ...maybe(() => ({ trigger: pick([oneTrigger, twoTriggers])(maybe) })),
    ...maybe(() => ({
      concurrency: {
        limit: 2,
        ...maybe(() => ({ key })),
        ...maybe(() => ({ whenFull: pick(['queue', 'drop', 'replace'] as const) })),
      },
    })),
    ...maybe(() => ({ priority: pick(['low', 'normal', 'high'] as const) })),
    ...maybe(() => ({ tenant: pick([key, () => 'the $ one']) })),
    ...maybe(() => ({ hold: pick([key, () => 'one for all']) })),
  };
}

const ofKey = ({ key }: { readonly key: RefOf<unknown> }) => key;
type Maybe = <T extends object>(said: () => T) => Partial<T>;

const oneTrigger = (maybe: Maybe) =>
  topic('orders', {
    ...maybe(() => ({ when: 'record.value.total > 3.0' })),
    ...maybe(() => ({ input: ({ key, offset }: { key: unknown; offset: unknown }) => ({ text: key, offset }) })),
  });

const twoTriggers = (maybe: Maybe) => ({
  a: topic('a', {
    batch: {
      max: 5,
      within: '2s',
      input: (items) => ({ items }),
      ...maybe(() => ({ each: ofKey })),
      ...maybe(() => ({ key: ofKey })),
    },
  }),
  b: topic('b', {
    from: 'start',
    debounce: { quiet: '1s', ...maybe(() => ({ within: '1m' as const })), ...maybe(() => ({ key: ofKey })) },
  }),
});
