/** The internals that the mutants reach into: names inside `libs/broker-kafka`, which nothing but a mutant may know. */
export interface TransactionalProducerInside {
  transactionalId: string | null;
  options: { readonly transactionalId: string };
  readonly place: { readonly group: string; readonly topic: string; readonly partition: number };
  readonly producerId: number;
  readonly epoch: number;
  readonly transactions: {
    addPartitionsToTxn(request: object): Promise<unknown>;
    endTxn(request: object): Promise<unknown>;
  };
  whenNotBusy<T>(request: () => Promise<T>): Promise<T>;
  write(routed: Routed): Promise<void>;
  initialise(): Promise<void>;
  transact(routed: Routed, point: unknown): Promise<void>;
}

export type Routed = ReadonlyMap<string, ReadonlyMap<number, unknown>>;

/** Replaces a method of the producer by which answers and offsets are committed. @throws where there is none of that name */
export async function mutate<Name extends 'initialise' | 'transact'>(
  name: Name,
  make: (original: TransactionalProducerInside[Name]) => TransactionalProducerInside[Name],
): Promise<void> {
  // By its address, not by name: the package shows nobody this class.
  const address = new URL('../../../libs/broker-kafka/dist/produce/transactional-producer.js', import.meta.url).href;
  const { TransactionalProducer } = (await import(address)) as {
    TransactionalProducer: { prototype: TransactionalProducerInside };
  };
  const { prototype } = TransactionalProducer;
  for (const needed of [name, 'write', 'whenNotBusy'] as const)
    if (typeof prototype[needed] !== 'function')
      throw new Error(`The producer has no method ${needed}: the mutant is out of date.`);
  prototype[name] = make(prototype[name]);
}
