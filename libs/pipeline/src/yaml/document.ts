import { cut } from '@millrace/contracts';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, stringify } from 'yaml';
import { hashOf } from '../plan/hash.js';
import { PlanError } from '../plan/plan-error.js';
import type { Plan } from '../plan/plan.js';
import { literalProblems, unsayable } from './literals.js';
import { type LoadPlan, readDocument } from './plan-reader.js';
import type { YamlFault } from './yaml-path.js';
import { isText } from './reader.js';
import { placeInText } from './text-place.js';
import { documentOf } from './writer.js';

/** Something wrong with a pipeline in YAML, and where: lines and columns count from 1. */
export interface YamlProblem extends Position {
  readonly what: string;
}

/** A pipeline in YAML that cannot be used. The message has a line for each problem: `file:line:column what`. */
export class YamlError extends Error {
  override readonly name = 'YamlError';

  constructor(
    readonly file: string,
    readonly problems: readonly YamlProblem[],
  ) {
    super(
      problems
        .map(({ line, column, what }) => `${file}:${line}:${column} ${cut(what, LONGEST_PROBLEM, '…')}`)
        .join('\n'),
    );
  }
}

export interface YamlSource {
  /** Its name in errors. */
  readonly file: string;
  /** For sub-pipelines in files of their own: the plan of another file. */
  readonly load?: LoadPlan;
}

/** The plan of a pipeline in YAML (JSON is YAML, too), checked. @throws {YamlError} with what is wrong with it, at most 100 problems */
export function parsePipeline(text: string, { file, load }: YamlSource): Plan {
  const lines = new LineCounter();
  if (text.length > MOST_TEXT) throw atTop(file, `it has ${text.length} characters; a pipeline may have ${MOST_TEXT}`);
  const document = documentIn(text, lines, file);
  const at = (offset: number) => positionOf(offset, lines);
  // What follows the first of these is mostly due to it.
  const [error] = document.errors;
  if (error) {
    const said = error.message.replace(/\n[^]*$/, '').replace(/ at line \d+.*$/, '');
    const what = /call stack/.test(said) ? TOO_DEEP : error.code === 'MULTIPLE_DOCS' ? SEVERAL : said;
    throw new YamlError(file, [{ ...at(error.pos[0]), what }]);
  }
  const literals = literalProblems(document);
  if (literals.length > 0)
    throw new YamlError(file, inOrder(first(literals).map(({ offset, what }) => ({ ...at(offset), what }))));
  const read = valueOf(document, file);
  const fault = unsayable(read);
  if (fault) throw new YamlError(file, [{ ...at(offsetOf(fault, document)), what: fault.what }]);
  const steps = stepsIn(read);
  if (steps > MOST_STEPS_IN_TEXT) throw atTop(file, `it has ${steps} steps; a pipeline may have ${MOST_STEPS_IN_TEXT}`);
  const { plan, problems } = readDocument(read, load);
  if (plan) return plan;
  throw new YamlError(
    file,
    inOrder(first(problems).map((problem) => ({ ...at(offsetOf(problem, document)), what: problem.what }))),
  );
}

/** A line and a column, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

function positionOf(offset: number, lines: LineCounter): Position {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** Returns a function that says where a pipeline in YAML has what a JSON pointer into its plan names. The text is one that `parsePipeline` takes. */
export function positionsIn(text: string): (pointer: string) => Position {
  const lines = new LineCounter();
  const document = documentIn(text, lines, '');
  const read = valueOf(document, '');
  return (pointer) => positionOf(offsetOf({ at: placeInText(pointer, read), what: '' }, document), lines);
}

/** Larger ones are no pipelines, and what reads them would keep a process busy. */
const MOST_TEXT = 2_000_000;
/** A deployment takes fewer steps unless MAX_PLAN_STEPS says otherwise. Larger texts are refused before their steps are read. */
const MOST_STEPS_IN_TEXT = 10_000;
/** A problem may quote a condition or a key of any length. */
const LONGEST_PROBLEM = 1_000;
/** The number of problems that are told. Nobody reads more, and each takes longer to find the larger the text is. */
const MOST_PROBLEMS = 100;
const first = <T>(problems: readonly T[]): readonly T[] => problems.slice(0, MOST_PROBLEMS);

const inOrder = (problems: YamlProblem[]): YamlProblem[] =>
  problems.sort((a, b) => a.line - b.line || a.column - b.column);

const atTop = (file: string, what: string): YamlError => new YamlError(file, [{ line: 1, column: 1, what }]);

const SEVERAL = 'it has several documents (`---`): a file has one pipeline';
const TOO_DEEP = 'it is nested too deep';

function documentIn(text: string, lineCounter: LineCounter, file: string): Document {
  try {
    return parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false });
  } catch (error) {
    // The parser walks what lies within each other by calling itself.
    if (error instanceof RangeError) throw atTop(file, TOO_DEEP);
    throw error;
  }
}

/** Counts the steps of a document, those of cases, items and branches included. */
function stepsIn(text: unknown): number {
  const waiting = [text];
  let steps = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    if (!isText(value)) continue;
    for (const [key, one] of Object.entries(value)) {
      if (isText(one) && (key === 'steps' || key === 'cases' || key === 'race')) steps += Object.keys(one).length;
      if (key !== '$literal') waiting.push(one);
    }
  }
  return steps;
}

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (error instanceof ReferenceError)
      throw atTop(file, 'its aliases stand for too much: write out what they stand for');
    throw error;
  }
}

/** The plan of a document that a program made, in the form of docs/reference/yaml.md but for `$ref` and `$orElse`. @throws {YamlError} */
export function documentPlan(document: Readonly<Record<string, unknown>>): Plan {
  return parsePipeline(stringify(document, { aliasDuplicateObjects: false }), { file: 'document' });
}

/** A plan as YAML; `parsePipeline` gives the same plan of it. @throws {PlanError} INVALID_PLAN, for one that no definition compiles to */
export function pipelineYaml(plan: Plan): string {
  const document = [true, false]
    .map((withChoices) => documentOf(plan, { withChoices }))
    .find((one) => isOf(plan, readDocument(one).plan));
  if (!document)
    throw new PlanError('INVALID_PLAN', 'it has no form in YAML: a run within it takes names and an input');
  return stringify(document, { lineWidth: 120, aliasDuplicateObjects: false });
}

const isOf = (plan: Plan, again: Plan | undefined): boolean => again !== undefined && hashOf(again) === hashOf(plan);

/** Returns the offset of a problem: of the value, of its key, or of what is around it where it is missing. */
function offsetOf({ at, isKey, offset = 0 }: YamlFault, { contents }: Document): number {
  let node: Node | null = contents;
  let key: Node | undefined;
  for (const part of at) {
    if (!isNode(node)) break;
    const pair = isMap(node)
      ? node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part))
      : undefined;
    const next = pair ? pair.value : 'get' in node ? node.get(part, true) : undefined;
    if (!pair && !isNode(next)) break;
    key = pair && isNode(pair.key) ? pair.key : key;
    if (!isNode(next)) return key?.range?.[0] ?? 0;
    node = next;
  }
  const found = isKey && key ? key : node;
  const start = found?.range?.[0] ?? 0;
  if (!isScalar(found) || found.type === 'BLOCK_FOLDED' || found.type === 'BLOCK_LITERAL') return start;
  return start + offset + (offset > 0 && found.type !== 'PLAIN' ? 1 : 0);
}
