/** A list of rows that is read by the newest of each combination of some columns. */
export interface Newest {
  readonly from: string;
  readonly select: string;
  /** The columns, and for each the values whose rows are wanted, as one parameter and as one parameter each. */
  readonly few: readonly { readonly column: string; readonly values: readonly (string | boolean)[] }[];
  /** Further conditions of each row. */
  readonly where: readonly string[];
  /** ORDER BY of the rows of one combination, and of the rows that were selected. */
  readonly order: string;
  readonly merged: string;
  readonly limit: string;
}

/** The fragments of SQL in which databases differ. A parameter is given by its name, e.g. `$1`. */
export interface Dialect {
  /** Returns the time that a parameter, or an expression, has in milliseconds. */
  time(ms: string): string;
  /** Returns the milliseconds of a column with a time. */
  millis(column: string): string;
  /** Returns JSON, for a column, of a parameter with its text. */
  json(text: string): string;
  /** Returns JSON whose fields are searched, of a parameter with its text. */
  searchedJson(text: string): string;
  /** Returns the parameter that names a place within JSON. */
  jsonPath(names: readonly string[]): unknown;
  /** Returns the value of a column at a place, which a parameter names, where it has the type; else null. `any`: its text. */
  jsonAt(column: string, path: string, type: 'text' | 'number' | 'boolean' | 'any'): string;
  /** Returns a condition: the list under a name in a column has a text. */
  jsonHas(column: string, name: string, text: string): string;
  /** Returns the right side of a condition that holds for each value of a parameter with a list of texts. */
  among(list: string): string;
  /** Returns a condition: the text of a column contains that of a parameter. */
  contains(column: string, part: string): string;
  /** Returns a text that is ordered by its bytes. */
  bytewise(column: string): string;
  /** Returns a text with the letters of ASCII in lower case. */
  lowerAscii(column: string): string;
  /** Returns the table of facts and the condition of those of a list of runs, for `delete from`. */
  factsOf(list: string): string;
  /** Joins the rows of a table one by one to those before, in their order. */
  lookUp(table: string, condition: string): string;
  /** Returns the smaller or the larger of two values. */
  larger(one: string, other: string): string;
  /** Keeps the selected rows from changes of others until the transaction ends. */
  readonly forShare: string;
  readonly forUpdate: string;
  /** Leaves out rows that others are changing, and keeps the others from them. */
  readonly skipLocked: string;
  /** A text that is another one after each transaction that has changed something. It may be another one without a change, too. */
  readonly changeMark: string;
  /** The present time. */
  readonly now: string;
  /** The answer of a partition's last batch, in `positions left join answers`. */
  readonly lastAnswer: string;
  /** Returns a statement that reads the newest rows of each combination from an index and merges them. `value` adds a parameter. */
  newest(of: Newest, value: (one: unknown) => string): string;
}
