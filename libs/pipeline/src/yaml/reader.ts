import { present } from '@millrace/contracts';
import type { z } from 'zod';
import { millisecondsOf } from '../authoring/duration.js';
import { PlanError } from '../plan/plan-error.js';
import type { Field, Form, ObjectForm } from './forms.js';
import type { Scope } from './links.js';
import { readCondition, readMapping } from './mapping-text.js';
import type { YamlPath, YamlFault } from './yaml-path.js';
import { readSchema } from './schema-text.js';

/** The state of reading a document. */
export interface YamlReading {
  readonly problems: YamlFault[];
  /** The scope that can be read there. */
  readonly scope: Scope;
  /** The step that it belongs to. */
  readonly step: string;
  /** Reads a part that has steps in it. */
  readonly readSteps: (is: 'plan' | 'work' | 'run', written: DocumentPart, reading: YamlReading) => unknown;
}

/** A part of a document, and its place there. */
export interface DocumentPart {
  readonly text: unknown;
  readonly at: YamlPath;
}

export type Text = Readonly<Record<string, unknown>>;

export const isText = (value: unknown): value is Text =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as the plan has it, of what is written. What is wrong is told of; what comes back then is of no use. */
export function read(form: Form, written: DocumentPart, reading: YamlReading): unknown {
  const { text, at } = written;
  const report = (problem: YamlFault): void => void reading.problems.push(problem);
  switch (form.is) {
    case 'mapping':
      return readMapping(text, at, { names: reading.scope.names, report });
    case 'condition':
      return readCondition(text, at, report);
    case 'schema':
      return readSchema(text, at, report);
    case 'duration':
      return readDuration(text, at, reading);
    case 'plain':
      return readPlain(form.type, written, reading);
    case 'list':
      if (!Array.isArray(text)) return wrong('it has to be a list', at, reading);
      return text.map((item, i) => read(form.of, { text: item, at: [...at, i] }, reading));
    case 'record':
      if (!isText(text)) return wrong('it has to have names and what they stand for', at, reading);
      return mapped(text, (item, name) => read(form.of, { text: item, at: [...at, name] }, reading));
    case 'union':
      return readUnion(form.of, written, reading);
    case 'object':
      return readObject(form, written, reading);
    case 'kinds':
      return readKinds(form, written, reading);
    case 'plan':
    case 'work':
    case 'run':
      return reading.readSteps(form.is, written, reading);
  }
}

/** Reports a problem, and returns undefined in place of a value. */
export function wrong(what: string, at: YamlPath, { problems }: Pick<YamlReading, 'problems'>): undefined {
  problems.push({ at, what });
}

const mapped = (text: Text, select: (item: unknown, name: string) => unknown): Record<string, unknown> =>
  Object.fromEntries(Object.entries(text).map(([name, item]) => [name, select(item, name)]));

function readDuration(text: unknown, at: YamlPath, reading: YamlReading): number | undefined {
  if (typeof text !== 'string') return wrong('a length of time has a unit: 500ms, 30s, 5m, 2h, 3d', at, reading);
  try {
    return millisecondsOf(text as `${number}s`);
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    return wrong(`${error.what}: write e.g. 500ms, 30s, 5m, 2h, 3d`, at, reading);
  }
}

function readPlain(type: z.ZodType, { text, at }: DocumentPart, reading: YamlReading): unknown {
  const { error } = type.safeParse(text);
  for (const { path, message } of error?.issues ?? [])
    wrong(message, [...at, ...path.map((part) => (typeof part === 'number' ? part : String(part)))], reading);
  return text;
}

/** The first form that it fits; where it fits none, what is wrong with it in the last. What is a list can only be one. */
function readUnion(forms: readonly Form[], written: DocumentPart, reading: YamlReading): unknown {
  let problems: YamlFault[] = [];
  const alike = forms.filter(({ is }) => (is === 'list') === Array.isArray(written.text));
  for (const form of alike.length > 0 ? alike : forms) {
    problems = [];
    const found = read(form, written, { ...reading, problems });
    if (problems.length === 0) return found;
  }
  reading.problems.push(...problems);
}

function readObject(form: ObjectForm, { text, at }: DocumentPart, reading: YamlReading): unknown {
  const { short } = form;
  if (!isText(text) && short !== undefined && text !== null) {
    const field = present(
      form.fields.find(({ name }) => name === short),
      'short form',
    );
    return readObject(form, { text: { [field.text]: text }, at }, reading);
  }
  if (!isText(text)) return wrong('it has to have names and what they stand for', at, reading);
  const { scope } = reading;
  return readFields(form.fields, text, {
    at,
    reading: { ...reading, scope: { ...scope, names: scope.names.with(form.own) } },
  });
}

interface Where {
  readonly at: YamlPath;
  readonly reading: YamlReading;
  /** Further keys that may stand there. */
  readonly allowed?: readonly string[];
}

/** Fields by name. What has no name here is refused. */
export function readFields(
  fields: readonly Field[],
  text: Text,
  { at, reading, allowed = [] }: Where,
): Record<string, unknown> {
  const names = [...fields.map((field) => field.text), ...allowed];
  for (const key of Object.keys(text))
    if (!names.includes(key))
      reading.problems.push({
        at: [...at, key],
        what: `there is no "${key}" here: there is ${names.join(', ')}`,
        isKey: true,
      });
  const found: Record<string, unknown> = {};
  for (const { name, text: key, form, isOptional, otherwise } of fields) {
    if (Object.hasOwn(text, key)) found[name] = read(form, { text: text[key], at: [...at, key] }, reading);
    else if (otherwise !== undefined) found[name] = otherwise;
    else if (!isOptional) reading.problems.push({ at, what: `"${key}" is missing`, isKey: true });
  }
  return found;
}

function readKinds(form: Form & { is: 'kinds' }, { text, at }: DocumentPart, reading: YamlReading): unknown {
  const kind = isText(text) ? form.of.get(String(text[form.by])) : undefined;
  if (!isText(text) || !kind)
    return wrong(`"${form.by}" has to be one of ${[...form.of.keys()].join(', ')}`, at, reading);
  return { ...readFields(kind.fields, text, { at, reading, allowed: [form.by] }), [form.by]: text[form.by] };
}
