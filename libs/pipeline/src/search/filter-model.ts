export type Literal = string | number | boolean | null;
export type Ordering = '<' | '<=' | '>' | '>=';

/** The type of a field. `texts`: a list of texts. `map`: values of any type by name. `json`: values of any type at any depth. `any`: one of these. */
export type FieldType = 'text' | 'texts' | 'number' | 'boolean' | 'time' | 'any';

/** The fields that a filter can read; `values` are all that a text can be. */
export type Fields = Readonly<
  Record<string, { readonly type: FieldType | 'map' | 'json'; readonly values?: readonly string[] | undefined }>
>;

export interface Field {
  readonly name: string;
  /** For a value of a map: its name there. */
  readonly key?: string;
  /** For a value within JSON: the names that lead to it. */
  readonly path?: readonly string[];
  readonly type: FieldType;
  readonly values?: readonly string[];
  /** The field as it is written. */
  readonly shown: string;
}

/** A filter that was read and checked: each database writes it in its own way. A test of a field that is absent is false. Times are in milliseconds. */
export type Filter =
  | { readonly is: 'and' | 'or'; readonly of: readonly Filter[] }
  | { readonly is: 'not'; readonly of: Filter }
  | { readonly is: 'always'; readonly holds: boolean }
  | { readonly is: 'equal'; readonly field: Field; readonly value: string | number | boolean }
  | { readonly is: 'ordered'; readonly field: Field; readonly by: Ordering; readonly value: string | number }
  | { readonly is: 'has'; readonly field: Field; readonly value: string }
  | { readonly is: 'present'; readonly field: Field }
  | {
      readonly is: 'text';
      readonly field: Field;
      readonly test: 'contains' | 'startsWith' | 'endsWith';
      readonly part: string;
      /** Letters of ASCII count as the same in either case. */
      readonly isFolded: boolean;
    };

/** A filter that cannot be used. The message says what is wrong with it and what can be written instead. */
export class FilterError extends Error {
  override readonly name = 'FilterError';
}
