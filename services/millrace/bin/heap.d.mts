export declare const HEAP_MB: { readonly service: number; readonly all: number };

/** Returns the options of Node.js that limit V8's heap, unless a limit is set or V8's own is lower. */
export declare function heapOptions(
  mb: number,
  process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly execArgv?: readonly string[];
    /** In bytes. */
    readonly ownLimit?: number;
  },
): readonly string[];
