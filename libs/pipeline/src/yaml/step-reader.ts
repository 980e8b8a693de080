import { present } from '@millrace/contracts';
import { type Field, HEADS, type ObjectForm, STEPS, WORKS } from './forms.js';
import type { Order } from './links.js';
import type { YamlPath } from './yaml-path.js';
import { isText, readFields, type YamlReading, type Text, type DocumentPart, wrong } from './reader.js';

/** DocumentPart by name, not as a field of the plan. */
const ORDER = ['predecessors', 'after'];

/** Returns the fields of a step or a work: its head has the key that tells its kind. */
export function fieldsOf(kinds: ReadonlyMap<string, ObjectForm>, kind: string): readonly Field[] {
  const head = HEADS[kind];
  const fields = present(kinds.get(kind), `form of "${kind}"`).fields.filter(({ name }) => !ORDER.includes(name));
  return fields.map((field) => (field.name === head?.field ? { ...field, text: head.key } : field));
}

export interface DraftStep {
  /** But for what it waits for. */
  readonly step: Text;
  readonly order: Order;
  /** The place where it is written. */
  readonly at: YamlPath;
}

/** A step; its kind is told by the key it begins with, and is `stage` where there is none. */
export function readStep(name: string, { text, at }: DocumentPart, reading: YamlReading): DraftStep | undefined {
  if (!isText(text)) return wrong('a step has to have names and what they stand for', at, reading);
  const kind = kindOf(text);
  if (!STEPS.of.has(kind))
    return wrong(`"kind" has to be one of ${[...STEPS.of.keys()].join(', ')}`, [...at, 'kind'], reading);
  const fields = fieldsOf(STEPS.of, kind);
  // What a signal from a topic reads of its record.
  const own = kind === 'signal' ? ['record'] : itemNames(text, fields);
  const { scope } = reading;
  const within = { ...reading, step: name, scope: { ...scope, own, names: scope.names.with(own) } };
  const given = kind === 'stage' ? { stage: kebab(name), ...text } : text;
  const step = readFields(fields, given, { at, reading: within, allowed: [...ORDER, 'kind'] });
  if (kind === 'map' && !('onItemFailure' in text) && 'onFailure' in text) step['onItemFailure'] = 'fail';
  return { step: { kind, ...step }, order: orderIn(text, at, reading), at };
}

/** Reads the work of a stage alone; undefined where steps do it. */
export function readStageWork(text: Text, at: YamlPath, reading: YamlReading): unknown {
  if (!isStageWork(text)) return undefined;
  const fields = fieldsOf(WORKS, 'stage');
  return { kind: 'stage', ...readFields(fields, { stage: kebab(reading.step), ...text }, { at, reading }) };
}

/** Returns true when it is no more than a stage's work: a step may have a condition, too, for example. */
export function isStageWork(text: Text): boolean {
  const keys = fieldsOf(WORKS, 'stage').map((field) => field.text);
  return kindOf(text) === 'stage' && Object.keys(text).every((key) => keys.includes(key));
}

/** Returns the names that only the work of an item can read. */
function itemNames(text: Text, fields: readonly Field[]): readonly string[] {
  const as = fields.find(({ name }) => name === 'as');
  if (!as) return [];
  const name = String(text[as.text] ?? as.otherwise);
  return [name, `${name}Index`];
}

/** `lostCard` → `lost-card`. */
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function kindOf(text: Text): string {
  if (typeof text['kind'] === 'string') return text['kind'];
  return Object.entries(HEADS).find(([, { key }]) => key in text)?.[0] ?? 'stage';
}

function orderIn(text: Text, at: YamlPath, reading: YamlReading): Order {
  const stepsIn = (key: string): readonly string[] | undefined => {
    if (text[key] === undefined) return undefined;
    const names = (Array.isArray(text[key]) ? text[key] : [text[key]]) as unknown[];
    for (const name of names)
      if (typeof name !== 'string' || !reading.scope.names.has(name))
        wrong(`there is no step "${String(name)}" here`, [...at, key], reading);
    return names.map(String);
  };
  const [after, exactly] = [stepsIn('after'), stepsIn('predecessors')];
  return { ...(after && { after }), ...(exactly && { exactly }) };
}
