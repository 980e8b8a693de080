const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** Kafka's murmur2 over the key's bytes, as an unsigned 31-bit number (org.apache.kafka.common.utils.Utils#murmur2, `toPositive`). */
export function murmur2(key: Uint8Array): number {
  const length = key.length;
  let h = SEED ^ length;
  const words = length >> 2;
  for (let i = 0; i < words; i++) {
    const at = i * 4;
    let k = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    k = Math.imul(k, M);
    h = Math.imul(h, M) ^ k;
  }
  const rest = words * 4;
  if (length % 4 >= 3) h ^= key[rest + 2]! << 16;
  if (length % 4 >= 2) h ^= key[rest + 1]! << 8;
  if (length % 4 >= 1) h = Math.imul(h ^ key[rest]!, M);
  h ^= h >>> 13;
  h = Math.imul(h, M);
  h ^= h >>> 15;
  return h & 0x7fffffff;
}

/** Returns the number of the partition that a key falls to, the same on every broker and in every Kafka client with the default partitioner. */
export function partitionFor(key: string | Uint8Array, partitions: number): number {
  return murmur2(typeof key === 'string' ? Buffer.from(key) : key) % partitions;
}
