import { Environment } from '@marcbachmann/cel-js';
import { reasonOf } from '../authoring/compiled-condition.js';
import { fieldOf, formsOf, type JsonSchema } from './json-schema.js';
import { PlanError } from '../plan/plan-error.js';

const PRIMITIVES: Record<string, string> = { string: 'string', boolean: 'bool', number: 'double', integer: 'double' };

/** The depth to which types are checked: what lies deeper is mostly in types that contain themselves. */
const DEEPEST = 10;

/**
 * Checks conditions against the types of what they read (JSON Schemas by the names of `input` and steps): an unknown field or a wrong type is a
 * PlanError that names the step and the condition. What a schema leaves open is not checked.
 */
export function conditionChecker(schemas: ReadonlyMap<string, JsonSchema>): (condition: string, step: string) => void {
  const environment = new Environment({ homogeneousAggregateLiterals: false });
  const types = new TypeNames(environment);
  for (const [name, schema] of schemas) environment.registerVariable(name, types.of(schema, schema, name));
  types.relax();
  return (condition, step) => {
    const { error, type } = environment.check(condition);
    const reason = error
      ? reasonOf(error)
      : type === 'bool' || type === 'dyn'
        ? undefined
        : `it is of type ${type}, not bool`;
    if (reason !== undefined)
      throw new PlanError('BAD_CONDITION', `its condition \`${condition}\` does not fit: ${reason}`, step);
  };
}

/** JSON Schemas as CEL types; those of objects are registered under the path where they are found. */
class TypeNames {
  private readonly messages = new Set<string>();
  private readonly within = new Set<JsonSchema>();

  constructor(private readonly environment: Environment) {}

  of(schema: JsonSchema, root: JsonSchema, path: string): string {
    const forms = formsOf(schema, root);
    const names = forms.every(isObject)
      ? [this.object(forms, root, path)]
      : forms.map((form) => this.plain(form, root, path));
    const [name = 'dyn', another] = new Set(names);
    return another === undefined ? name : 'dyn';
  }

  /** At run time null is compared like any value, whole numbers are doubles and objects are maps; CEL's own rules for types are stricter. */
  relax(): void {
    const any = (): boolean => true;
    for (const type of [...new Set(Object.values(PRIMITIVES)), 'list', 'map', ...this.messages])
      this.environment.registerOperator(`${type} == null`, any);
    for (const type of this.messages) this.environment.registerOperator(`string in ${type}`, any);
    this.environment.registerOperator('double == int', any);
  }

  private plain(form: JsonSchema, root: JsonSchema, path: string): string {
    if (form.type === 'array') return `list<${this.rest(form.items, root, `${path}.item`)}>`;
    const values = form.enum ?? [form.const];
    const type = form.type ?? (values.every((value) => typeof value === 'string') ? 'string' : '');
    return (typeof type === 'string' && PRIMITIVES[type]) || 'dyn';
  }

  /** Objects as one type with the fields of all of them; those whose keys are open are maps. A type within itself is not checked. */
  private object(forms: readonly JsonSchema[], root: JsonSchema, path: string): string {
    if (forms.length === 0 || path.split('.').length > DEEPEST || forms.some((form) => this.within.has(form)))
      return 'dyn';
    for (const form of forms) this.within.add(form);
    const type = this.closedObject(forms, root, path);
    for (const form of forms) this.within.delete(form);
    return type;
  }

  private closedObject(forms: readonly JsonSchema[], root: JsonSchema, path: string): string {
    const keys = [...new Set(forms.flatMap((form) => Object.keys(form.properties ?? {})))];
    const [form] = forms;
    if (keys.length === 0 && forms.length === 1)
      return `map<string, ${this.rest(form?.additionalProperties, root, `${path}.value`)}>`;
    if (forms.some((form) => typeof form.additionalProperties === 'object')) return 'dyn';
    const typeOf = (key: string): string => this.of(fieldOf({ anyOf: forms }, key, root).field, root, `${path}.${key}`);
    const name = this.nameFor(path);
    this.environment.registerType(name, { fields: Object.fromEntries(keys.map((key) => [key, typeOf(key)])) });
    return name;
  }

  private nameFor(path: string): string {
    let name = `The.${path.replaceAll(/[^\w.]/g, '_')}`;
    while (this.messages.has(name)) name += '_';
    this.messages.add(name);
    return name;
  }

  private rest(schema: JsonSchema | boolean | undefined, root: JsonSchema, path: string): string {
    return typeof schema === 'object' ? this.of(schema, root, path) : 'dyn';
  }
}

const isObject = (form: JsonSchema): boolean => form.type === 'object';
