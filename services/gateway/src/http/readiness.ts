import type { Runtime } from '@millrace/runtime';
import type { StoreReader } from '@millrace/store';
import type { ProgressFeed } from '../runs/progress.js';

/** True, or why those cannot do their work who live in the same process. */
type Others = () => Promise<true | string>;
/** The reasons for which stages in the same process cannot work as they are configured: all else works. */
type Stages = () => Promise<readonly string[]>;

/** Tells whether the gateway can do its work now. */
export class Readiness {
  private stopping = false;

  constructor(
    private readonly runtime: Pick<Runtime, 'broker'>,
    private readonly reader: Pick<StoreReader, 'healthy'>,
    private readonly options: {
      readonly progress?: Pick<ProgressFeed, 'still'>;
      readonly others?: Others | undefined;
      readonly stages?: Stages | undefined;
    } = {},
  ) {}

  /** The parts that do not get on, though the gateway does its own work. */
  get degraded(): readonly string[] {
    return this.options.progress?.still ?? [];
  }

  /** The reasons for which stages in this process are not ready, though the gateway is. */
  stages(): Promise<readonly string[]> {
    return this.options.stages?.() ?? Promise.resolve([]);
  }

  stop(): void {
    this.stopping = true;
  }

  /** True, or why not. */
  async state(): Promise<true | string> {
    if (this.stopping) return 'stopping';
    const [broker, store] = await Promise.all([this.runtime.broker.healthy(), this.reader.healthy()]);
    if (!broker) return this.runtime.broker.ailment ?? 'the broker cannot be reached';
    if (!store) return 'the store cannot be reached';
    return (await this.options.others?.()) ?? true;
  }
}
