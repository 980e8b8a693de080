import { z } from 'zod';
import { Threshold } from './threshold.js';

const EXPECTED = 'expected a number from 0 to 1, e.g. 0.8';

export const config = z.object({
  ROUTE_CONFIDENCE: z
    .string()
    .regex(/^(?:0(?:\.\d+)?|1(?:\.0+)?)$/, EXPECTED)
    .transform(Number)
    .default(0.8)
    .describe('The least confidence with which a reply is sent without a person.'),
});

export const providers = ({ ROUTE_CONFIDENCE }: z.output<typeof config>) => [
  { provide: Threshold, useValue: new Threshold(ROUTE_CONFIDENCE) },
];
