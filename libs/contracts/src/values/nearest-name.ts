/** Longer names are not compared: comparing takes as many steps as the product of the lengths. */
const LONGEST = 64;
/** More names are not looked at. */
const MOST = 300;

/** Returns the name that a misspelt one most likely stands for; undefined where none differs by few letters. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  if (name.length > LONGEST) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  let looked = 0;
  for (const one of names) {
    if (++looked > MOST) break;
    if (Math.abs(one.length - name.length) >= least) continue;
    const far = distance(name.toLowerCase(), one.toLowerCase());
    if (far < least) [best, least] = [one, far];
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
export function distance(from: string, to: string): number {
  const cost = (row: readonly number[], at: number): number => row[at] ?? Infinity;
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const isSwap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const swapped = isSwap ? cost(before, j - 2) + 1 : Infinity;
      row.push(Math.min(cost(last, j) + 1, cost(row, j - 1) + 1, cost(last, j - 1) + same, swapped));
    }
    [before, last] = [last, row];
  }
  return cost(last, to.length);
}
