export type {
  Batch,
  Broker,
  Consumption,
  Handle,
  Headers,
  Incoming,
  OrderedSource,
  Outgoing,
  PartitionLag,
  Passed,
  Source,
  Tail,
  TopicSpec,
} from './broker.js';
export { Isolation, type Standstill } from './isolation.js';
export { causeOf, type Parking, withParking } from './parking.js';
export { BrokerError, type BrokerErrorCode } from './errors.js';
export { murmur2, partitionFor } from './partition.js';
export { fits, PACK_BYTES, pack, refuseTooLarge, sizeAtMost, sizeOf } from './packing.js';
