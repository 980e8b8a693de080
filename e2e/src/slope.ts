/** A value at a time, in seconds. */
export type Sample = readonly [seconds: number, value: number];

export interface Slope {
  /** Change of the value per second. */
  readonly perSecond: number;
  /** Half of the 95 % confidence interval of `perSecond`. */
  readonly plusMinus: number;
}

/** Returns the slope of the line through at least four samples, by least squares. */
export function slopeOf(samples: readonly Sample[]): Slope {
  const n = samples.length;
  const mean = (select: (sample: Sample) => number) => samples.reduce((sum, one) => sum + select(one), 0) / n;
  const [t, y] = [mean(([time]) => time), mean(([, value]) => value)];
  const spread = samples.reduce((sum, [time]) => sum + (time - t) ** 2, 0);
  const perSecond = samples.reduce((sum, [time, value]) => sum + (time - t) * (value - y), 0) / spread;
  const left = samples.reduce((sum, [time, value]) => sum + (value - y - perSecond * (time - t)) ** 2, 0);
  return { perSecond, plusMinus: quantile(n - 2) * Math.sqrt(left / (n - 2) / spread) };
}

/** Returns Student's t at 97.5 %, within 1 % from two degrees of freedom on. */
const quantile = (degrees: number): number => 1.96 + 2.372 / degrees + 2.823 / degrees ** 2 + 2.556 / degrees ** 3;

/** The least value of each stretch of `seconds`: of a heap, what garbage collection leaves. */
export function floorsOf(samples: readonly Sample[], seconds: number): Sample[] {
  const floors = new Map<number, Sample>();
  for (const sample of samples) {
    const stretch = Math.floor(sample[0] / seconds);
    const least = floors.get(stretch);
    if (!least || sample[1] < least[1]) floors.set(stretch, sample);
  }
  return [...floors.values()];
}
