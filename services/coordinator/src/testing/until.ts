/** Looks again and again, and resolves to the first that is found. Jest's time-out bounds the wait. */
export async function until<T>(find: () => T): Promise<Exclude<Awaited<T>, false | undefined>> {
  for (;;) {
    const found = await find();
    if (found) return found as Exclude<Awaited<T>, false | undefined>;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
