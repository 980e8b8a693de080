/** A path in a document: keys and indexes from its top. */
export type YamlPath = readonly (string | number)[];

/** Something wrong with a document. */
export interface YamlFault {
  readonly at: YamlPath;
  readonly what: string;
  /** The key is wrong, not what stands under it. */
  readonly isKey?: boolean;
  /** The distance into the text of the value, where it is known. */
  readonly offset?: number;
}

export type Report = (problem: YamlFault) => void;
