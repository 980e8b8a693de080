import { isDeepStrictEqual } from 'node:util';
import type { StageSchemas } from '@millrace/contracts';
import { breaks } from './evolution.js';
import type { Plan } from './plan.js';

/** One difference between two plans, or between the contracts they were deployed with. */
export interface Difference {
  readonly what: 'input' | 'output' | 'step' | 'contract' | 'setting';
  /** The step, the stage or the setting; empty for input and output. */
  readonly name: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** The place of a change, as a JSON pointer. */
  readonly at?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  /** A contract that changed in a way that those who know the one before would not stand. */
  readonly breaking?: true;
}

interface Version {
  readonly plan: Plan;
  readonly contracts?: Readonly<Record<string, StageSchemas>>;
}

/** Returns the differences between two versions of a pipeline: its steps, what each reads and when it is wanted, its schemas; contracts that are known on both sides. In the order of the steps. */
export function differences(before: Version, after: Version): readonly Difference[] {
  const { inputSchema, output, steps, format: _f, pipeline: _p, ...settings } = before.plan;
  const { inputSchema: newInput, output: newOutput, steps: newSteps, format: _g, pipeline: _q, ...now } = after.plan;
  return [
    ...within({ what: 'input', name: '' }, { before: inputSchema, after: newInput }),
    ...named('setting', settings, now),
    ...named('step', steps, newSteps),
    ...within({ what: 'output', name: '' }, { before: output, after: newOutput }),
    ...Object.entries(before.contracts ?? {}).flatMap(([stage, known]) => {
      const now = after.contracts?.[stage];
      if (!now) return [];
      const isBreaking = breaks(known, now).length > 0;
      const found = within({ what: 'contract', name: stage }, { before: known, after: now });
      return found.map((one) => (isBreaking ? { ...one, breaking: true as const } : one));
    }),
  ];
}

type Named = Readonly<Record<string, unknown>>;

function named(what: Difference['what'], before: Named, after: Named): readonly Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name): readonly Difference[] => {
    if (before[name] === undefined) return [{ what, name, change: 'added', after: after[name] }];
    if (after[name] === undefined) return [{ what, name, change: 'removed', before: before[name] }];
    return within({ what, name }, { before: before[name], after: after[name] });
  });
}

/** The innermost places at which two values differ. */
function within(
  difference: Pick<Difference, 'what' | 'name'>,
  { before, after }: { before: unknown; after: unknown },
  at = '',
): readonly Difference[] {
  if (!isObject(before) || !isObject(after)) {
    if (isDeepStrictEqual(before, after)) return [];
    const change = before === undefined ? 'added' : after === undefined ? 'removed' : 'changed';
    return [
      {
        ...difference,
        change: at === '' ? 'changed' : change,
        at,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
      },
    ];
  }
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    within(
      difference,
      { before: before[key], after: after[key] },
      `${at}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
    ),
  );
}

const isObject = (value: unknown): value is Named =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
