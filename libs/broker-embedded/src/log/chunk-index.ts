/** An index of the chunks of one partition by offset: 20 bytes each, however long the log. */
export class ChunkIndex {
  #size = 0;
  #base = new Float64Array(8);
  #address = new Float64Array(8);
  #length = new Uint32Array(8);

  get size(): number {
    return this.#size;
  }

  /** The chunk's first offset as it was written first; the chunk itself may begin later by now. */
  baseAt(position: number): number {
    return this.#base[position]!;
  }

  addressAt(position: number): number {
    return this.#address[position]!;
  }

  lengthAt(position: number): number {
    return this.#length[position]!;
  }

  /** Takes the place of what was there with the same base. */
  set(base: number, address: number, length: number): void {
    let position = this.#size;
    if (position > 0 && this.#base[position - 1]! >= base) {
      position = this.#firstFrom(base);
      if (this.#base[position] !== base) this.#shift(position, position + 1);
    } else {
      this.#grow();
      this.#size++;
    }
    this.#base[position] = base;
    this.#address[position] = address;
    this.#length[position] = length;
  }

  /** Forgets the chunks at the addresses from `start` up to `end`. */
  removeBetween(start: number, end: number): void {
    let kept = 0;
    for (let position = 0; position < this.#size; position++) {
      const address = this.#address[position]!;
      if (address >= start && address < end) continue;
      this.#base[kept] = this.#base[position]!;
      this.#address[kept] = address;
      this.#length[kept++] = this.#length[position]!;
    }
    this.#size = kept;
  }

  /** Position of the chunk that holds `offset`, or of the next one where none does. */
  find(offset: number): number {
    const next = this.#firstFrom(offset);
    if (next < this.#size && this.#base[next] === offset) return next;
    return Math.max(0, next - 1);
  }

  #firstFrom(base: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#base[middle]! < base) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #shift(from: number, to: number): void {
    if (to > from) this.#grow();
    for (const column of [this.#base, this.#address, this.#length]) column.copyWithin(to, from, this.#size);
    this.#size += to - from;
  }

  #grow(): void {
    if (this.#size < this.#base.length) return;
    const capacity = this.#base.length * 2;
    const grown = <T extends Float64Array | Uint32Array>(from: T, to: T): T => (to.set(from), to);
    this.#base = grown(this.#base, new Float64Array(capacity));
    this.#address = grown(this.#address, new Float64Array(capacity));
    this.#length = grown(this.#length, new Uint32Array(capacity));
  }
}
