/** A page of a list, newest first. `before` is a cursor from the page before it. */
export interface PageRequest {
  readonly limit: number;
  readonly before?: string;
}

export interface Paged<T> {
  readonly items: readonly T[];
  readonly next: string | undefined;
}
