/** Shares a number of bytes among those who hold large values in memory. Whoever comes first is let in first; who wants more than there is waits until he is alone. */
export class Room {
  private used = 0;
  private readonly waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(private readonly bytes: number) {}

  /** Resolves when there is room, with what gives it back. Rejects with the signal. */
  async take(bytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.waiting.length > 0 || !this.fits(bytes)) await this.turn(bytes, signal);
    else this.used += bytes;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.give(bytes);
    };
  }

  private fits(bytes: number): boolean {
    return this.used === 0 || this.used + bytes <= this.bytes;
  }

  private turn(bytes: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(one), 1);
        reject(signal.reason as Error);
        this.letIn();
      };
      const enter = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const one = { bytes, enter };
      this.waiting.push(one);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  private give(bytes: number): void {
    this.used -= bytes;
    this.letIn();
  }

  private letIn(): void {
    for (let [next] = this.waiting; next && this.fits(next.bytes); [next] = this.waiting) {
      this.waiting.shift();
      this.used += next.bytes;
      next.enter();
    }
  }
}
