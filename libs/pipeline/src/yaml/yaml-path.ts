/** A path in a document: keys and indexes from its top. */
export type YamlPath = readonly (string | number)[];

/** Something wrong with a document. */
export interface YamlFault {
  readonly at: YamlPath;
  readonly what: string;
  /** The key is wrong, not what stands under it. */
  readonly isKey?: boolean;
  /** How far into the text of the value, where that is known. */
  readonly offset?: number;
}

export type Report = (problem: YamlFault) => void;
