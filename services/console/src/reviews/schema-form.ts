/** A field of an answer as the form shows it. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly kind: 'boolean' | 'choice' | 'number' | 'text' | 'line' | 'json';
  readonly isNeeded: boolean;
  readonly choices: readonly string[];
  readonly hint: string;
}

interface Property {
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly format?: unknown;
  readonly maxLength?: unknown;
}

const SHORT_TEXT = 120;

/** Reads the fields of an answer from its JSON Schema. A schema that is not a plain object becomes one field of JSON with an empty name. */
export function fieldsOf(schema: unknown): readonly FormField[] {
  const { properties, required } = Object(schema) as { readonly properties?: unknown; readonly required?: unknown };
  const found = Object.entries(Object(properties) as Readonly<Record<string, Property>>);
  if (found.length === 0)
    return [{ name: '', label: 'Answer (JSON)', kind: 'json', isNeeded: true, choices: [], hint: '' }];
  const needed = Array.isArray(required) ? required : [];
  return found.map(([name, property]) => ({
    name,
    label: typeof property.title === 'string' ? property.title : wordsOf(name),
    kind: kindOf(property),
    isNeeded: needed.includes(name),
    choices: Array.isArray(property.enum) ? property.enum.map(String) : [],
    hint: typeof property.description === 'string' ? property.description : '',
  }));
}

function kindOf({ type, enum: choices, format, maxLength }: Property): FormField['kind'] {
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === 'string')) return 'choice';
  if (type === 'boolean') return 'boolean';
  if (type === 'number' || type === 'integer') return 'number';
  if (type !== 'string') return 'json';
  const isShort = format !== undefined || (typeof maxLength === 'number' && maxLength <= SHORT_TEXT);
  return isShort ? 'line' : 'text';
}

/** `approvedBy` → `Approved by`. */
function wordsOf(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The contents of the form, by field, as texts. */
export type FormValues = Readonly<Record<string, string>>;

/** The texts that answers would replace, by field. */
export type Drafts = Readonly<Record<string, string>>;

/** Returns what the form begins with: drafts where there are any. */
export const initialValues = (fields: readonly FormField[], drafts: Drafts): FormValues =>
  Object.fromEntries(fields.map((field) => [field.name, drafts[field.name] ?? '']));

/**
 * Makes the answer of what stands in the form. A draft that nobody changed is left out where the schema allows that: the pipeline
 * then keeps what it made.
 * @throws {SyntaxError} where JSON is asked for and the text is none
 */
export function answerOf(fields: readonly FormField[], values: FormValues, drafts: Drafts): unknown {
  const [only] = fields;
  if (only && only.name === '') return JSON.parse(values[''] ?? '') as unknown;
  const entries = fields.flatMap((field) => {
    const text = values[field.name] ?? '';
    const isUntouched = text === '' || (!field.isNeeded && text === drafts[field.name]);
    return isUntouched && !(field.isNeeded && isText(field)) ? [] : [[field.name, valueOf(field, text)] as const];
  });
  return Object.fromEntries(entries);
}

const isText = ({ kind }: FormField): boolean => kind === 'text' || kind === 'line';

function valueOf({ kind }: FormField, text: string): unknown {
  if (kind === 'boolean') return text === 'true';
  if (kind === 'number') return Number(text);
  return kind === 'json' ? (JSON.parse(text) as unknown) : text;
}

/** The field that decides: the only needed boolean. A and x on the keyboard choose its yes and no. */
export const decisionOf = (fields: readonly FormField[]): FormField | undefined => {
  const found = fields.filter(({ kind, isNeeded }) => kind === 'boolean' && isNeeded);
  return found.length === 1 ? found[0] : undefined;
};

/** Splits what is shown: the reasons why a person is asked, in words, and the evidence. */
export function splitShow(show: unknown): { readonly reasons: readonly string[]; readonly evidence: unknown } {
  if (typeof show !== 'object' || show === null || Array.isArray(show)) return { reasons: [], evidence: show };
  const { reasons, reason, why, ...evidence } = show as Readonly<Record<string, unknown>>;
  const found = [reasons, reason, why].flatMap((one) => (Array.isArray(one) ? one : [one]));
  const words = found.flatMap((one) => (one === undefined || one === null ? [] : [inWords(one)]));
  return { reasons: words, evidence };
}

function inWords(reason: unknown): string {
  // A code such as `confidence-below-threshold` reads as words.
  if (typeof reason === 'string') return /^[a-z0-9]+([-_][a-z0-9]+)+$/.test(reason) ? wordsOf(reason) : reason;
  const { message, text, reason: why } = Object(reason) as Readonly<Record<string, unknown>>;
  const said = [message, text, why].find((one) => typeof one === 'string');
  return typeof said === 'string' ? said : JSON.stringify(reason);
}
