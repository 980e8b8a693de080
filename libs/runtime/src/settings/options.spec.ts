import { z } from 'zod';
import { flag, readOptions, UsageError, wholeNumber } from './options.js';

const Options = z.object({ runs: wholeNumber(3), name: z.string().optional(), keep: flag() });

test('options have their defaults, a text, or stand alone', () => {
  expect(readOptions(Options, [])).toEqual({ runs: 3, keep: false });
  expect(readOptions(Options, ['--runs', '7', '--name', 'a', '--keep'])).toEqual({ runs: 7, name: 'a', keep: true });
});

test('all that is wrong with a call is told at once, and so is an option that there is not', () => {
  const call =
    (...args: string[]) =>
    () =>
      readOptions(Options.extend({ rounds: wholeNumber(1) }), args);
  expect(call('--runs', '0', '--rounds', 'many')).toThrow(UsageError);
  expect(call('--runs', '0', '--rounds', 'many')).toThrow(/--runs: .*\n--rounds: /s);
  expect(call('--round', '1')).toThrow(UsageError);
});
