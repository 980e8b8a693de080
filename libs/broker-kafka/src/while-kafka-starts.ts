/** Longer than Kafka takes to elect the leaders of its partitions and the coordinators of its groups. */
export const WHILE_KAFKA_STARTS = {
  forMs: 15_000,
  backOff: { firstMs: 50, longestMs: 1_000, factor: 1.5 },
} as const;
