import { setTimeout as sleep } from 'node:timers/promises';

export const activities = {
  step: (text: string, ms: number): Promise<string> => (ms > 0 ? sleep(ms, text) : Promise.resolve(text)),
};
export type Activities = typeof activities;
