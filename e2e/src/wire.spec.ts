import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AnnouncedContract, RunEvent, StepCommand } from '@millrace/contracts';
import { z } from 'zod';
import { ROOT } from './processes.js';

const SCHEMAS: Readonly<Record<string, z.ZodType>> = { AnnouncedContract, StepCommand, RunEvent: z.array(RunEvent) };
const page = readFileSync(join(ROOT, 'docs/reference/wire.md'), 'utf8');
const examples = [...page.matchAll(/^```json (\w+)\n([\s\S]+?)^```$/gm)].map(([, schema, text]) => [schema!, text!]);

test.each(examples)('the record that docs/reference/wire.md shows of a %s is one', (schema, text) => {
  const given: unknown = JSON.parse(text!);
  expect(SCHEMAS[schema!]!.parse(given)).toEqual(given);
});

test('each kind of record is shown', () => {
  expect(new Set(examples.map(([schema]) => schema))).toEqual(new Set(Object.keys(SCHEMAS)));
});
