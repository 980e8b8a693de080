import { present } from '@millrace/contracts';
import { Environment } from '@marcbachmann/cel-js';
import { z } from 'zod';
import { FACTS, type DraftFacts, quotable } from './facts.js';

const Pattern = z.string().refine((source) => patternOf(source) !== undefined, 'expected a regular expression');

/**
 * Broken when a sentence matches one of `patterns` and none of `unless` (regular expressions, capitals do not matter), or when
 * `when`, a CEL expression over the facts, holds; where both are given, when both do.
 */
export const Rule = z
  .object({
    id: z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a kebab-case name'),
    /** A draft that breaks an `error` does not go out without a person; a `warning` is told to that person only. */
    severity: z.enum(['error', 'warning']),
    /** Says what is wrong, to the person who reviews. */
    message: z.string().min(1),
    patterns: z.array(Pattern).optional(),
    unless: z.array(Pattern).optional(),
    when: z.string().optional(),
  })
  .refine(
    ({ patterns, when }) => patterns !== undefined || when !== undefined,
    'expected patterns, or a when, or both',
  );
export type Rule = z.input<typeof Rule>;

export interface RuleViolation {
  readonly rule: string;
  readonly severity: Rule['severity'];
  readonly message: string;
  readonly sentence?: string;
}

/** Rules made ready to be asked. */
export class Rulebook {
  private readonly asks: readonly ((facts: DraftFacts) => RuleViolation | undefined)[];

  /** @throws {RuleInvalid} naming every rule that cannot be understood */
  constructor(rules: readonly unknown[]) {
    const environment = new Environment();
    for (const [name, type] of Object.entries(FACTS)) environment.registerVariable(name, type);
    const problems: string[] = [];
    this.asks = rules.flatMap((given, at) => {
      const rule = Rule.safeParse(given);
      const when = rule.success ? conditionOf(environment, rule.data.when) : undefined;
      if (rule.success && typeof when !== 'string') return [asked(rule.data, when)];
      const name = (given as { id?: unknown } | null)?.id ?? `number ${at + 1}`;
      problems.push(
        `rule ${String(name)}: ${rule.success ? (when as string) : z.prettifyError(rule.error).split('\n', 1).join('')}`,
      );
      return [];
    });
    if (problems.length > 0) throw new RuleInvalid(problems);
  }

  violations(facts: DraftFacts): RuleViolation[] {
    return this.asks.map((ask) => ask(facts)).filter((violation) => violation !== undefined);
  }
}

export class RuleInvalid extends Error {
  override readonly name = 'RuleInvalid';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('; '));
  }
}

type Holds = (facts: DraftFacts) => boolean;

/** The condition, ready; a text says why it cannot be. */
function conditionOf(environment: Environment, when: string | undefined): Holds | string | undefined {
  if (when === undefined) return undefined;
  try {
    const evaluate = environment.parse(when);
    const { error, type } = evaluate.check();
    if (error) throw error;
    if (type !== 'bool') return `when gives ${type}, not bool`;
    return ({ sentences: _, ...facts }) => evaluate(facts) === true;
  } catch (error) {
    return `when is not valid CEL: ${(error as Error).message.split('\n')[0]}`;
  }
}

function asked({ id, severity, message, patterns, unless }: Rule, when: Holds | undefined) {
  const broken = patterns?.map((source) => present(patternOf(source), `pattern in ${source}`));
  const excused = unless?.map((source) => present(patternOf(source), `pattern in ${source}`)) ?? [];
  return (facts: DraftFacts): RuleViolation | undefined => {
    if (when !== undefined && !when(facts)) return undefined;
    if (broken === undefined) return { rule: id, severity, message };
    const sentence = facts.sentences.find(
      (said) => broken.some((p) => p.test(said)) && !excused.some((p) => p.test(said)),
    );
    return sentence === undefined ? undefined : { rule: id, severity, message, sentence: quotable(sentence) };
  };
}

function patternOf(source: string): RegExp | undefined {
  try {
    return new RegExp(source, 'iu');
  } catch {
    return undefined;
  }
}
