import type { ItemsView } from '@millrace/client';

/** Says how the items of a map, the rounds of a loop or the branches of a race stand, as one bar and in words. */
export function Items({ items }: { readonly items: ItemsView }) {
  const { total, pages, running, ended, failed } = items;
  const most = Math.max(pages ?? total, 1);
  const good = Math.max(ended - failed, 0);
  const parts = [
    { kind: 'failed', count: failed },
    { kind: 'completed', count: good },
    { kind: 'running', count: running },
  ].filter(({ count }) => count > 0);
  let x = 0;
  return (
    <div className="items">
      <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
        <rect className="rest" width={100} height={6} />
        {parts.map(({ kind, count }) => {
          const width = (count / most) * 100;
          const rect = <rect key={kind} className={kind} x={x} width={width} height={6} />;
          x += width;
          return rect;
        })}
      </svg>
      <span>
        {ended} of {pages === undefined ? `${total} done` : `${pages} chunks of ${total} items done`}
        {running > 0 && `, ${running} running`}
        {failed > 0 && <b className="bad">, {failed} failed</b>}
      </span>
    </div>
  );
}
