/** A map that keeps only the entries that were used last: reading and writing an entry both count as use. `sizeOf` says how much of `most` a value takes; without it, one. */
export class BoundedMap<Value> {
  private readonly entries = new Map<string, Value>();
  private size = 0;

  constructor(
    private readonly most: number,
    private readonly sizeOf: (value: Value) => number = () => 1,
  ) {}

  get(key: string): Value | undefined {
    const value = this.entries.get(key);
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.delete(key);
    this.entries.set(key, value);
    this.size += this.sizeOf(value);
    for (const [oldest] of this.entries) {
      if (this.size <= this.most) return;
      this.delete(oldest);
    }
  }

  private delete(key: string): void {
    const value = this.entries.get(key);
    if (this.entries.delete(key)) this.size -= this.sizeOf(value as Value);
  }
}
