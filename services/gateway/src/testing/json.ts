import type { Outgoing } from '@millrace/broker';

export function isJson(value: Outgoing['value']): boolean {
  try {
    JSON.parse(String(value));
    return true;
  } catch {
    return false;
  }
}
