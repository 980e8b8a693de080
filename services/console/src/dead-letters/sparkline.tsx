import type { DeadLetterGroupView } from '@millrace/client';
import { Time } from '../time/time.js';

const [WIDTH, HEIGHT] = [96, 20];

/** Draws how many letters came in each part of the time, and says it in words. */
export function Sparkline({ trend }: { readonly trend: DeadLetterGroupView['trend'] }) {
  const { counts, from } = trend;
  const most = Math.max(1, ...counts);
  const part = WIDTH / Math.max(1, counts.length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <span className="spark">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {counts.map((count, at) => {
          const height = count === 0 ? 1 : Math.max(2, (count / most) * HEIGHT);
          return <rect key={at} x={at * part} y={HEIGHT - height} width={Math.max(1, part - 1)} height={height} />;
        })}
      </svg>
      <span className="sr">
        {total} since <Time at={from} />
      </span>
    </span>
  );
}
