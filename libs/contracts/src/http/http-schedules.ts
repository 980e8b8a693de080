import { z } from 'zod';
import { ByWhom, Name, text } from '../values/values.js';

const Time = z.iso.datetime();

export const ScheduleView = z.object({
  pipeline: z.string(),
  name: z.string(),
  cron: z.string(),
  zone: z.string(),
  catchUp: z.enum(['none', 'last', 'all']),
  /** Absent where no time will come. */
  nextAt: Time.optional(),
  /** It is part of the current plan, and goes with it. */
  ofPlan: z.boolean(),
  by: z.string().optional(),
  reason: z.string().optional(),
});
export type ScheduleView = z.infer<typeof ScheduleView>;
export const ScheduleList = z.object({ items: z.array(ScheduleView) });

export const ScheduleBody = z.strictObject({
  pipeline: Name,
  name: text({ min: 1, max: 100 }),
  cron: text({ min: 1, max: 200 }).describe('Minute, hour, day of the month, month, day of the week.'),
  zone: text({ max: 100 }).optional().describe('IANA, e.g. Europe/Berlin. UTC unless given.'),
  catchUp: z
    .enum(['none', 'last', 'all'])
    .optional()
    .describe('Which missed times still start a run: none, the last one (the default), or all of them.'),
  input: z.unknown().describe('The input of each run.'),
  ...ByWhom,
});
export type ScheduleBody = z.infer<typeof ScheduleBody>;

export const RemoveScheduleBody = z.strictObject({ pipeline: Name, name: text({ min: 1, max: 100 }), ...ByWhom });
export type RemoveScheduleBody = z.infer<typeof RemoveScheduleBody>;
