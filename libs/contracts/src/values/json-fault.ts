/** The reason for which a value cannot travel. The detail holds no part of the value but names of its keys. */
export interface JsonFault {
  /** `encoding` and `syntax`: the bytes are no JSON. `kind`: a value in memory that JSON has no form for. */
  readonly what: 'size' | 'encoding' | 'syntax' | 'depth' | 'text' | 'key' | 'number' | 'kind';
  /** A JSON pointer to the value, or to the object whose key is at fault. */
  readonly pointer: string;
  readonly detail: string;
}
