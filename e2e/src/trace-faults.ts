import { type SpanRow, SPANS } from '@millrace/telemetry';
import type { SeenSpan } from './spans.js';

/** Returns the rows of the table that a span may be. */
export function rowsOf(span: Pick<SeenSpan, 'name' | 'service'>): readonly SpanRow[] {
  const isOwn = span.service === 'gateway' || span.service === 'coordinator';
  return SPANS.filter(({ names, toldBy }) => names.test(span.name) && toldBy === (isOwn ? span.service : 'stage'));
}

/**
 * Returns what is wrong with a trace: a span that the table does not have, another kind, a parent or a link that the table
 * does not have, a parent that is not there, and whatever Jaeger complains of.
 *
 * @param caller the span of somebody else that the trace goes on from
 */
export function faultsOf(spans: readonly SeenSpan[], caller?: string): readonly string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const named = (ids: readonly string[], span: SeenSpan) =>
    ids.some((id) => rowsOf(span).some((row) => row.span === id));
  return spans.flatMap((span) => {
    const faults: string[] = span.warnings.filter(
      (warning) => !(span.parent === caller && /invalid parent/.test(warning)),
    );
    const rows = rowsOf(span);
    if (rows.length === 0) return [`${span.service}: the table has no span "${span.name}"`];
    if (!rows.some(({ kind }) => kind === span.kind)) faults.push(`its kind is ${span.kind}`);
    const parents = rows.flatMap((row) => row.parents);
    const parent = span.parent === undefined ? undefined : byId.get(span.parent);
    if (span.parent === undefined && !parents.includes('none')) faults.push('it has no parent');
    else if (span.parent !== undefined && !parent && !(span.parent === caller && parents.includes('caller')))
      faults.push('its parent is not there');
    else if (parent && !named(parents, parent)) faults.push(`its parent is "${parent.name}"`);
    else if (parent && isSkewed(span, parent)) faults.push(`it lies outside of its parent "${parent.name}"`);
    for (const id of span.links) {
      const linked = byId.get(id);
      if (
        linked &&
        !named(
          rows.flatMap((row) => row.links),
          linked,
        )
      )
        faults.push(`it is linked to "${linked.name}"`);
      if (id === span.parent) faults.push('it is linked to its own parent');
    }
    return faults.map((fault) => `${span.service} "${span.name}": ${fault}`);
  });
}

/** Returns true when Jaeger takes a child's times for those of a clock that goes wrong: it compares spans of different hosts like this. */
function isSkewed(child: SeenSpan, parent: SeenSpan): boolean {
  if (child.startMs < parent.startMs) return true;
  return child.endMs - child.startMs <= parent.endMs - parent.startMs && child.endMs > parent.endMs;
}
