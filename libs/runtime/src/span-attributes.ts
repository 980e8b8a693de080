import type { Broker } from '@millrace/broker';
import { itemOf } from '@millrace/pipeline/engine';
import { ATTRIBUTE } from '@millrace/telemetry';

/** Returns the attributes of a span for its step, or for the item of a step. */
export function stepAttributes(name: string): { 'millrace.step': string; 'millrace.item'?: string } {
  const item = itemOf(name);
  return { [ATTRIBUTE.step]: item?.step ?? name, ...(item && { [ATTRIBUTE.item]: item.key }) };
}

/** Returns the value of `messaging.system` for the spans of a broker. */
export const messagingSystemOf = ({ kind }: Pick<Broker, 'kind'>): string => (kind === 'kafka' ? 'kafka' : 'millrace');
