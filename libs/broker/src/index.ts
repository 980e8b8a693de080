export type {
  Batch,
  Broker,
  Consumption,
  Handle,
  OrderedSource,
  Outgoing,
  Parking,
  Passed,
  Source,
  Standstill,
  Tail,
  TopicSpec,
} from './broker.js';
export type { Headers, Incoming } from './incoming.js';
export type { Browsed, Inspection, PartitionLag, PartitionOffset, PartitionRange } from './inspection.js';
export { Isolation } from './isolation.js';
export { Linger } from './linger.js';
export { causeOf, withParking } from './parking.js';
export { BrokerError, type BrokerErrorCode } from './errors.js';
export { murmur2, partitionFor } from './partition.js';
export { fits, PACK_BYTES, pack, refuseTooLarge, sizeAtMost, sizeOf } from './packing.js';
