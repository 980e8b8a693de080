import type { House } from '@millrace/service';
import type { Reader } from '@millrace/store';

/** Whether the gateway can do its work now. */
export class Readiness {
  private stopping = false;

  constructor(
    private readonly house: Pick<House, 'broker'>,
    private readonly reader: Pick<Reader, 'healthy'>,
  ) {}

  stop(): void {
    this.stopping = true;
  }

  /** True, or why not. */
  async state(): Promise<true | string> {
    if (this.stopping) return 'stopping';
    const [broker, store] = await Promise.all([this.house.broker.healthy(), this.reader.healthy()]);
    if (!broker) return 'the broker cannot be reached';
    return store || 'the store cannot be reached';
  }
}
