import { startInterval } from '@millrace/contracts/timers';
import { type Runtime, type Running, standstillOf } from '@millrace/runtime';
import { deploymentsSource } from './deployments/deployments.js';
import { keepQuotas } from './models/keep-quotas.js';
import { StoreGuard } from './recovery/guard.js';
import { recover } from './recovery/recover.js';
import { type CoordinatorOptions, startSaga } from './sources/saga.js';

/** The interval at which the store is compared with the groups. */
const COMPARE_MS = 3_000;

/**
 * Runs the saga for as long as the store knows all that was committed. Where it does not, after a restore, nothing is
 * taken from any topic but `deployments`, on which people ask for the recovery.
 */
export async function startCoordinator(runtime: Runtime, options: CoordinatorOptions): Promise<Running> {
  const { broker, topics, groups, telemetry } = runtime;
  const guard = new StoreGuard(runtime, options.store);
  const guarded = new Guarded(() => startSaga(runtime, options, guard), { guard, log: telemetry.log });
  await guarded.look().catch(async (error: unknown) => {
    await guarded.drain(0);
    throw error;
  });
  const deployments = await broker.consumeInOrder(
    deploymentsSource(
      {
        runtime,
        store: options.store,
        behind: () => guard.reason,
        recover: async (request) => {
          await guarded.look();
          await recover({ runtime, options }, request);
          await guarded.look();
        },
      },
      { topic: topics.deployments, group: groups.deployments },
    ),
  );
  const quotas = await keepQuotas(runtime);
  telemetry.meters.backlog(async () => {
    const lags = [...(await broker.lag(groups.intake, topics.intake)), ...(await broker.lag(groups.runs, topics.runs))];
    return lags.map(({ topic, partition, backlog }) => ({
      value: backlog,
      labels: { topic, group: topic === topics.intake ? groups.intake : groups.runs, partition: String(partition) },
    }));
  });
  return {
    async ready() {
      if (!(await options.store.reader.healthy())) return 'the database cannot be reached';
      if (guard.reason !== undefined) return guard.reason;
      const still = standstillOf([deployments, quotas.consumption]);
      if (still !== undefined) return still;
      return deployments.ready ? guarded.ready() : 'partitions are being taken over';
    },
    async drain(ms) {
      await Promise.all([deployments.drain(ms), guarded.drain(ms), quotas.drain(ms)]);
    },
  };
}

/** A saga that is stopped while the store is behind, and started when it is no longer. */
class Guarded {
  private running: Running | undefined;
  private ended = false;
  private changing: Promise<void> = Promise.resolve();
  private readonly comparing = startInterval(COMPARE_MS, () => this.compare());

  constructor(
    private readonly start: () => Promise<Running>,
    private readonly options: { guard: StoreGuard; log: Runtime['telemetry']['log'] },
  ) {}

  /** Starts or stops the saga as the store stands. @throws what keeps the saga from starting */
  look(): Promise<void> {
    const next = this.changing.then(() => this.change());
    this.changing = next.catch(() => undefined);
    return next;
  }

  ready(): true | string | Promise<true | string> {
    return this.running?.ready() ?? 'the saga is being started';
  }

  async drain(ms: number): Promise<void> {
    this.ended = true;
    this.comparing.stop();
    await this.changing;
    await this.running?.drain(ms);
  }

  /** A database or a broker that is away says so elsewhere, and what keeps the saga from starting is logged. */
  private compare(): void {
    this.look().catch((error: unknown) =>
      this.options.log.debug({ err: error }, 'The store was not compared with its topics.'),
    );
  }

  private async change(): Promise<void> {
    if (this.ended) return;
    const stops = (await this.options.guard.check()) !== undefined;
    if (stops && this.running) {
      const { running } = this;
      this.running = undefined;
      await running.drain(0);
    } else if (!stops && !this.running) this.running = await this.start();
  }
}
