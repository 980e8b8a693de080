import type { Doc, FieldsOf } from './document.js';
import type { CannotMap, ExpressionScope } from './expressions.js';
import type { State } from './machine.js';

/** A way to a state. */
export interface Edge {
  /** CEL; always where there is none. */
  readonly when: string | undefined;
  readonly after: readonly string[];
  readonly doc: Doc;
  readonly variables: ReadonlyMap<string, Doc>;
}

/** A state where it is reached. */
export interface At {
  readonly name: string;
  readonly state: State;
  readonly arrived: Edge;
  readonly scope: ExpressionScope;
  readonly isJsonata: boolean;
  readonly failed: (error: CannotMap, at: string) => void;
  readonly fieldsOf: FieldsOf;
  /** Wraps a stage's output as the service's answer does. */
  wrap?: ((doc: Doc) => Doc) | undefined;
}

/** Several ways to one state, as one. `docOf` says what is given on all of them. */
export function joined(edges: readonly Edge[], docOf: (edges: readonly Edge[]) => Doc): Edge {
  const conditions = [...new Set(edges.map(({ when }) => when))];
  const [first, ...rest] = edges as [Edge, ...Edge[]];
  const isSame = (key: string, value: Doc): boolean =>
    rest.every(({ variables }) => JSON.stringify(variables.get(key)) === JSON.stringify(value));
  return {
    when: conditions.includes(undefined)
      ? undefined
      : conditions.map((text) => (conditions.length > 1 ? `(${text})` : text)).join(' || '),
    after: [...new Set(edges.flatMap(({ after }) => after))],
    doc: docOf(edges),
    variables: new Map([...first.variables].filter(([key, value]) => isSame(key, value))),
  };
}

const isSame = (a: Doc, b: Doc): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * Returns the document where ways meet: the first that is there. So what a way gives has to be there on that way alone, but for one, which is asked last: what is
 * not becomes a step of its own with the way's condition (`made`).
 */
export function docWhere(
  edges: readonly Edge[],
  whenOf: (step: string) => string | undefined,
  made: (edge: Edge) => Doc,
): Doc {
  const different = edges.filter(({ doc }, i) => edges.findIndex((other) => isSame(other.doc, doc)) === i);
  const [only, ...more] = different;
  if (only && more.length === 0) return only.doc;
  const isOwn = ({ doc, when }: Edge, base: Doc | undefined): boolean => {
    if (typeof doc !== 'object' || doc === null) return false;
    if ('$over' in doc) {
      const [under, , value] = doc['$over'] as unknown as readonly [Doc, unknown, Doc];
      return base !== undefined && isSame(under, base) && isOwn({ doc: value, when } as Edge, undefined);
    }
    const [step] = '$ref' in doc ? (doc['$ref'] as readonly string[]) : [];
    return step !== undefined && when !== undefined && whenOf(step) === when;
  };
  const plain = different.filter((edge) => !isOwn(edge, undefined));
  const last = plain.find(({ doc }) => typeof doc !== 'object' || doc === null || !('$over' in doc));
  const others = different.filter((edge) => edge !== last);
  const docs = others.map((edge) => (isOwn(edge, last?.doc) ? edge.doc : made(edge)));
  return { $orElse: last ? [...docs, last.doc] : docs };
}
