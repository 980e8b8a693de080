/** The most by which four times the input may multiply the time: linear work takes four times as long, quadratic work sixteen times. */
const MOST = 9;
const ROUNDS = 6;

/**
 * Compares the processor time that `work` takes for `n` and for `4n`, each the least of some rounds. Repeats where the machine was busy: only work that
 * always grows too fast fails.
 * @returns the least growth that was seen, at most `MOST` for linear work
 */
export function growthOf(
  work: (n: number) => void,
  n: number,
): { readonly growth: number; readonly isLinear: boolean } {
  let growth = Infinity;
  const least = { small: Infinity, large: Infinity };
  for (let round = 0; round < ROUNDS && growth > MOST; round++) {
    least.small = Math.min(
      least.small,
      timeOf(() => work(n)),
    );
    least.large = Math.min(
      least.large,
      timeOf(() => work(4 * n)),
    );
    growth = least.large / Math.max(least.small, SMALLEST_MS);
  }
  return { growth, isLinear: growth <= MOST };
}

/** The shortest time that is measured; anything shorter is noise. */
const SMALLEST_MS = 1;

function timeOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
