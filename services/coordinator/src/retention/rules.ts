import { ENDED, type EndedStatus } from '@millrace/store';

/** A length of time for which ended runs are kept; undefined: for ever. */
interface Rule {
  readonly pipeline: string | undefined;
  readonly status: EndedStatus | undefined;
  readonly keepMs: number | undefined;
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const RULE = /^(?:([a-z][a-z0-9-]{0,199}|\*)(?:\/([a-z]+))?=)?(?:(never)|(\d{1,6})([mhd]))$/;

/** Says how long ended runs are kept. The most exact rule counts: pipeline and status, then the pipeline, then the status (`*` for any pipeline), then the rule for all. */
export class RetentionRules {
  private constructor(private readonly rules: readonly Rule[]) {}

  /** Reads rules such as `30d, letters=90d, letters/failed=never`; undefined where one is malformed. */
  static read(text: string): RetentionRules | undefined {
    const rules = text.split(',').map((one) => ruleOf(one.trim()));
    return rules.every((rule) => rule !== undefined) ? new RetentionRules(rules) : undefined;
  }

  /** Returns the milliseconds for which runs of a pipeline that ended so are kept; undefined: for ever. */
  keepMs(pipeline: string, status: EndedStatus): number | undefined {
    const weights = this.rules.map((rule) => ({ rule, weight: weightOf(rule, pipeline, status) }));
    return weights.filter(({ weight }) => weight >= 0).toSorted((a, b) => b.weight - a.weight)[0]?.rule.keepMs;
  }

  /** Returns the milliseconds for which dead letters of no run and jobs are kept. */
  get othersMs(): number | undefined {
    return this.rules.find(({ pipeline, status }) => pipeline === undefined && status === undefined)?.keepMs;
  }
}

function weightOf(rule: Rule, pipeline: string, status: EndedStatus): number {
  if ((rule.pipeline ?? pipeline) !== pipeline || (rule.status ?? status) !== status) return -1;
  return (rule.pipeline === undefined ? 0 : 2) + (rule.status === undefined ? 0 : 1);
}

function ruleOf(text: string): Rule | undefined {
  const [matched, pipeline, named, never, count, unit] = RULE.exec(text) ?? [];
  const status = ENDED.find((one) => one === named);
  if (matched === undefined || (named !== undefined && !status)) return undefined;
  const keepMs = never === undefined ? Number(count) * UNITS[unit as keyof typeof UNITS] : undefined;
  return { pipeline: pipeline === '*' ? undefined : pipeline, status, keepMs };
}
