/** Every way in which a pipeline can be refused, with what to do about it. */
export const PLAN_ERRORS = {
  INVALID_PLAN: 'Compile the pipeline again with the version of Millrace that is to run it.',
  DUPLICATE_STEP: 'Give each step of the pipeline its own name.',
  BAD_STEP_NAME:
    'Name steps in camelCase (letters and digits), and not after a word that CEL or JavaScript already uses.',
  BAD_STAGE_NAME: 'Name stages in kebab-case, e.g. `check-compliance`.',
  BAD_SUMMARY:
    'Write a sentence with fields of the output, e.g. `Replied to {to}`, `Articles: {articles}` or `{review?A person looks first|Sent}`.',
  BAD_PIPELINE_NAME: 'Name pipelines in kebab-case, e.g. `support-email`.',
  UNKNOWN_STEP: 'Refer to a step of this pipeline, or to `input`.',
  NOT_BEFORE: 'A step can only read what ends before it begins: add the step it reads to its predecessors.',
  INSIDE_CASE: 'Read what `choose` gives instead, or read it within the case.',
  SHADOWED: 'Give the item another name with `as`, or the step another name.',
  CYCLE: 'Take one of these steps out of the other’s `after`, `when` or input.',
  UNKNOWN_STAGE: 'Deploy the stage, or correct its name.',
  STAGE_CONFLICT: 'Use one contract for a stage; give the other one a name of its own.',
  BAD_CONDITION:
    'Correct the condition. Numbers from JSON are doubles in CEL: write 2.0 for arithmetic; guard what may be absent with has(…).',
  BAD_MAPPING: 'Use references of this pipeline, JSON literals, and objects or arrays of them.',
  BAD_SCHEMA:
    'Use zod types that JSON Schema (2020-12) can say: no transforms, functions, dates, bigints or symbols; references stay within the schema.',
  BAD_PATTERN:
    'Write the pattern without look-around and back-references, and give lengths as minLength and maxLength: patterns are matched in linear time (RE2).',
  TOO_COMPLEX: 'Split it into smaller ones: several pipelines, stages or types.',
  BAD_DURATION: 'Write a duration as a positive number of milliseconds, or as e.g. `500ms`, `30s`, `5m`, `2h`, `3d`.',
  BAD_ESCALATION: 'Give each escalation a longer time than the one before, and the last a shorter one than `timeout`.',
  BAD_START:
    'Correct what begins runs: cron has five fields and an IANA time zone; a trigger reads `record`, or `items` where it batches.',
  BAD_RETRY: 'Give a number of attempts (1 or more), or a retry policy.',
  FALLBACK_OUTPUT: 'Choose a fallback stage whose output has what the step’s own output has.',
  BAD_CACHE: 'Cache steps whose stages only compute something: without effects outside, and without a compensation.',
  BAD_HANDLER:
    'Name one handler, on the pipeline itself, of a pipeline that says `onFailure: "fail"`; wrap what it reads of steps: `known(step)`.',
  DEFAULT_OUTPUT: 'Give a default that fits the step’s output.',
  BAD_LABEL:
    'Make the title and each attribute of fields of the input or of steps that are texts, numbers or booleans; name attributes with letters, digits and "_".',
  BAD_OUTPUT: 'Return a reference, or an object of references and literals, from the pipeline.',
} as const;
export type PlanErrorCode = keyof typeof PLAN_ERRORS;

/** A pipeline that cannot be run: thrown when it is compiled or loaded, never while it runs. Says which step, what is wrong, and the remedy. */
export class PlanError extends Error {
  override readonly name = 'PlanError';
  readonly remedy: string;

  constructor(
    readonly code: PlanErrorCode,
    /** The fault, without step and remedy. */
    readonly what: string,
    /** The step that is at fault, where there is one. */
    readonly step?: string,
  ) {
    super(`${step === undefined ? '' : `step "${step}": `}${what}. ${PLAN_ERRORS[code]}`);
    this.remedy = PLAN_ERRORS[code];
  }
}
