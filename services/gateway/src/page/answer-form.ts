export interface FormField {
  readonly name: string;
  readonly label: string;
  readonly type: 'boolean' | 'choice' | 'number' | 'text' | 'json';
  readonly required: boolean;
  readonly choices: readonly string[];
  readonly hint: string;
}

interface Property {
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly title?: unknown;
  readonly description?: unknown;
}

/** The fields of a form for an answer. A schema that is not a plain object becomes one field of JSON, named with an empty name. */
export function formOf(schema: unknown): readonly FormField[] {
  const { properties, required } = (schema ?? {}) as { properties?: Record<string, Property>; required?: unknown };
  if (typeof properties !== 'object' || Object.keys(properties).length === 0) {
    return [{ name: '', label: 'Answer (JSON)', type: 'json', required: true, choices: [], hint: '' }];
  }
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, property]) => ({
    name,
    label: typeof property.title === 'string' ? property.title : wordsOf(name),
    type: typeOf(property),
    required: needed.includes(name),
    choices: Array.isArray(property.enum) ? property.enum.map(String) : [],
    hint: typeof property.description === 'string' ? property.description : '',
  }));
}

function typeOf({ type, enum: choices }: Property): FormField['type'] {
  if (Array.isArray(choices) && choices.every((choice) => typeof choice === 'string')) return 'choice';
  if (type === 'boolean') return 'boolean';
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'string' ? 'text' : 'json';
}

/** `approvedBy` → `Approved by`. */
const wordsOf = (name: string): string => {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[_-]+/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
};
