import type { Admin } from 'kafkajs';
import { type Handle, type Source, withParking } from '@millrace/broker';
import { GroupConsumption } from './group-consumption.js';
import type { Slots } from './handling.js';
import { PartitionOwner } from './partition-owner.js';
import type { KafkaContext } from './tenure.js';
import { DEFAULT_WINDOW, MAX_WINDOW } from './window.js';

/** Handles a topic's records concurrently. The partitions take turns at the slots, so that a busy one does not starve the rest. */
export class ConcurrentConsumption extends GroupConsumption<PartitionOwner> {
  private turn = 0;
  private readonly slots: Slots;

  constructor(runtime: KafkaContext, from: Source, handle: Handle) {
    const slots = { free: from.concurrency };
    const { topic, group } = from;
    const window = Math.min(Math.max(from.window ?? DEFAULT_WINDOW, 1), MAX_WINDOW);
    const parked = withParking(from, handle, runtime.maxRecordBytes);
    const work = { topic, group, window, byKey: from.ordered === 'by-key', handle: parked, slots };
    super(
      runtime,
      { topic, group, onRelease: from.onRelease },
      (partition, shared) => new PartitionOwner(partition, work, shared),
    );
    this.slots = slots;
  }

  static start(runtime: KafkaContext, admin: Admin, options: { from: Source; handle: Handle }): ConcurrentConsumption {
    const consumption = new ConcurrentConsumption(runtime, options.from, options.handle);
    consumption.begin(admin);
    return consumption;
  }

  protected override goAll(): void {
    super.goAll();
    if (!this.taking) return;
    const { owners } = this;
    for (let idle = 0; this.slots.free > 0 && idle < owners.length;) {
      idle = owners[this.turn++ % owners.length]?.startOne() ? 0 : idle + 1;
    }
  }
}
