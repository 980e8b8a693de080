import type { JobView } from '@millrace/client';

const PARTS = [
  ['refused', 'failed'],
  ['redriven', 'completed'],
  ['resolved', 'completed'],
  ['sent', 'running'],
  ['skipped', 'rest'],
] as const;

/** Shows how far a job is: as a bar, and in words. */
export function Progress({ job: { total, items } }: { readonly job: JobView }) {
  const done = total - (items['waiting'] ?? 0) - (items['sent'] ?? 0);
  let x = 0;
  return (
    <div className="progress">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="rest" width={100} height={6} />
        {PARTS.map(([status, kind]) => {
          const width = ((items[status] ?? 0) / Math.max(1, total)) * 100;
          const rect = <rect key={status} className={kind} x={x} width={width} height={6} />;
          x += width;
          return rect;
        })}
      </svg>
      <span role="status">
        {done} of {total} done
        {Object.entries(items)
          .filter(([status, count]) => count > 0 && status !== 'waiting')
          .map(([status, count]) => `, ${count} ${status}`)
          .join('')}
      </span>
    </div>
  );
}
