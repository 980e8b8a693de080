import { z } from 'zod';
import { Fallback, RetryPolicy } from '../plan/plan.js';
import { type Field, type Form, formOf, HEADS, type ObjectForm, SETTINGS, STARTS, STEPS, WORKS } from './forms.js';
import { fieldsOf } from './step-reader.js';

type Json = Readonly<Record<string, unknown>>;

/** The keys beside the fields of a plan, with their descriptions. */
const ABOUT: Readonly<Record<string, string>> = {
  pipeline: 'The name of the pipeline, in kebab-case: requests for runs name it.',
  input: 'The input: a type for a pipeline, a value for a step.',
  steps: 'The steps by name, in camelCase. What a step waits for follows from what it reads.',
  output: 'The output of a run.',
  stage: 'The stage that does the work; the step’s own name in kebab-case unless given.',
  run: 'A run of its own: a pipeline, or the path of its file.',
  review: 'A person answers; the type of the answer.',
  signal: 'A system answers; the type of the answer.',
  map: 'The list for each item of which the work under `do` is done.',
  until: 'CEL over what a round gave (`previous`): the work under `do` is done again until it holds.',
  choose: 'CEL: the steps of the case that it is the name of are wanted, and no others.',
  cases: 'Another policy for failures of some codes; the first that has the code counts.',
  never: 'Codes of failures that are not tried again.',
  maxTotal: 'How long to try at all, from when the stage was first asked.',
  otherwise: 'Where it is the name of no case.',
  race: 'Works at the same time, of which the first to complete counts.',
  value: 'Values put together, without any work.',
  sleep: 'How long to wait.',
  do: 'A stage’s work, a step, or steps and their output.',
  when: 'CEL over `input` and steps: where it is false, the step is skipped.',
  after: 'Steps that have to end first though nothing of them is read.',
  retry: 'How many attempts, or more exactly.',
  timeout: 'How long one attempt, or a person, may take.',
  startTimeout: 'How long an attempt may wait for its stage.',
  fallback:
    'The stage that is asked when this one has failed for good; or several, in order. `$failure.code` reads what failed.',
  on: 'Codes of failures.',
  handler: 'The stage that is asked once when a run has failed. `$failure.code` reads what failed.',
  onFailure: 'The output with which the run goes on when the step has failed for good.',
  give: 'The value: made of `$failure` for a failed step, or of `$record` for a record of a topic.',
  as: 'The name of the item, or of the output of the round before.',
  show: 'The content that the person is shown.',
};

/** JSON Schema of a pipeline in YAML, for editors. It follows from the zod types of the plan. */
export function pipelineSchema(): Json {
  const steps = [...STEPS.of.keys()].map((kind) => objectSchema(stepFields(kind), headOf(kind)));
  const work = [
    objectSchema(fieldsOf(WORKS, 'stage'), []),
    objectSchema(fieldsOf(WORKS, 'run'), ['run']),
    withMore(
      objectSchema(
        [...SETTINGS, ...fieldsOf(WORKS, 'run')].filter(({ text }) => text !== 'run' && text !== 'input'),
        [],
      ),
      BODY,
    ),
  ];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A pipeline of Millrace',
    ...withMore(objectSchema([...SETTINGS, ...STARTS.fields], ['pipeline']), TOP),
    $defs: {
      Value: {
        description:
          '`$step.field` or `${step["a field"]}` reads, `${orElse(a, b)}` is the first that is there, `$$` stands for `$`; anything else is what it is.',
      },
      Condition: { type: 'string', description: 'CEL over `input` and the names of steps; a skipped step is null.' },
      Duration: {
        type: 'string',
        pattern: String.raw`^\d+(\.\d+)?(ms|s|m|h|d)$`,
        examples: ['500ms', '30s', '5m', '2h', '3d'],
      },
      Type: {
        description:
          'string, number, integer, boolean, any, email, url, datetime, date; string[]; a | b; fields by name, `name?` where optional; JSON Schema under $json.',
      },
      ...Object.fromEntries([...SHARED].map(([form, name]) => [name, withShort(form as ObjectForm)])),
      Step: { anyOf: [...steps, CHOICE] },
      Case: { anyOf: [CASE, { $ref: '#/$defs/Step' }] },
      Work: { anyOf: [...work, { $ref: '#/$defs/Step' }] },
      Pipeline: withMore(objectSchema(SETTINGS, []), TOP),
    },
  };
}

const STEPS_BY_NAME = {
  steps: { type: 'object', description: ABOUT['steps'], additionalProperties: { $ref: '#/$defs/Step' } },
};
const TOP = { properties: STEPS_BY_NAME, required: ['steps'] };
const BODY = {
  properties: { ...STEPS_BY_NAME, given: { type: 'array', items: { type: 'string' } } },
  required: ['steps'],
};

const OF_CHOICE = 'By name: a step, or steps and their output.';
const CHOICE = {
  type: 'object',
  properties: {
    choose: described({ $ref: '#/$defs/Condition' }, ABOUT['choose']),
    cases: described({ type: 'object', additionalProperties: { $ref: '#/$defs/Case' } }, OF_CHOICE),
    otherwise: described({ $ref: '#/$defs/Case' }, ABOUT['otherwise']),
  },
  required: ['choose', 'cases'],
  additionalProperties: false,
};
const CASE = {
  type: 'object',
  properties: { ...STEPS_BY_NAME, output: { $ref: '#/$defs/Value' } },
  required: ['steps', 'output'],
  additionalProperties: false,
};

function withMore(schema: Json, more: { properties: Json; required: readonly string[] }): Json {
  return {
    ...schema,
    properties: { ...(schema['properties'] as Json), ...more.properties },
    required: [...((schema['required'] as string[] | undefined) ?? []), ...more.required],
  };
}

/** Only a stage's step can do without the key that tells its kind. */
const headOf = (kind: string): readonly string[] => (kind === 'stage' ? [] : [HEADS[kind]?.key ?? 'kind']);

const OPTIONAL = { isOptional: true, otherwise: undefined };

function stepFields(kind: string): readonly Field[] {
  const names = { is: 'plain', type: z.union([z.string(), z.array(z.string())]) } as const;
  const order = ['after', 'predecessors'].map((name) => ({
    name,
    text: name,
    form: names,
    ...OPTIONAL,
  }));
  const named = HEADS[kind]
    ? []
    : [{ ...OPTIONAL, name: 'kind', text: 'kind', form: { is: 'plain', type: z.literal(kind) } as const }];
  return [...fieldsOf(STEPS.of, kind), ...order, ...named];
}

/** Fields that follow from their place in the document. */
const FOUND = ['stage', 'pipeline'];

function objectSchema(fields: readonly Field[], more: readonly string[]): Json {
  const required = fields.filter(({ isOptional, otherwise }) => !isOptional && otherwise === undefined);
  const names = [...new Set([...required.map(({ text }) => text).filter((name) => !FOUND.includes(name)), ...more])];
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ text, form }) => [text, described(schemaOf(form), ABOUT[text])])),
    ...(names.length > 0 && { required: names }),
    additionalProperties: false,
  };
}

function described(schema: Json, description: string | undefined): Json {
  return description === undefined ? schema : { description, ...schema };
}

const DEFINED = {
  mapping: 'Value',
  condition: 'Condition',
  schema: 'Type',
  duration: 'Duration',
  work: 'Work',
  run: 'Work',
};

/** Forms that are used in many places. */
const SHARED = new Map<Form, string>([
  [formOf(RetryPolicy), 'Retry'],
  [formOf(Fallback), 'Fallback'],
]);

function schemaOf(form: Form): Json {
  const shared = SHARED.get(form);
  if (shared !== undefined) return { $ref: `#/$defs/${shared}` };
  switch (form.is) {
    case 'plain': {
      const { $schema: _, ...schema } = z.toJSONSchema(form.type, { io: 'input' }) as Json;
      // Any JSON: what refers to itself is nothing else here.
      return JSON.stringify(schema).includes('"$ref"') ? {} : schema;
    }
    case 'list':
      return { type: 'array', items: schemaOf(form.of) };
    case 'record':
      return { type: 'object', additionalProperties: schemaOf(form.of) };
    case 'union':
      return { anyOf: form.of.map(schemaOf) };
    case 'object':
      return withShort(form);
    case 'kinds':
      return {
        anyOf: [...form.of].map(([kind, { fields }]) =>
          withMore(objectSchema(fields, []), { properties: { [form.by]: { const: kind } }, required: [form.by] }),
        ),
      };
    case 'plan':
      return { anyOf: [{ type: 'string' }, { $ref: '#/$defs/Pipeline' }] };
    default:
      return { $ref: `#/$defs/${DEFINED[form.is]}` };
  }
}

function withShort({ fields, short }: ObjectForm): Json {
  const whole = objectSchema(fields, []);
  const alone = fields.find(({ name }) => name === short);
  return alone ? { anyOf: [schemaOf(alone.form), whole] } : whole;
}
