import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { defineStage } from '@millrace/pipeline';
import { isUsable } from '@millrace/pipeline/engine';
import { httpStage, type HttpStage } from '@millrace/stage';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ProjectError } from './project-error.js';

const Schema = z.record(z.string(), z.json());
const Path = z.string().min(1).optional();
const Duration = z.templateLiteral(
  [z.number(), z.enum(['ms', 's', 'm', 'h', 'd'])],
  'expected a length of time, e.g. 20s',
);

/** One file of HTTP stages, by the names that pipelines use. */
const HttpStagesFile = z.strictObject({
  stages: z.record(
    z.string(),
    z.strictObject({
      description: z.string().max(2_000).optional(),
      /** JSON Schemas of what the endpoint is given and gives. */
      input: Schema,
      output: Schema,
      /** One line about an output, with fields of it: `Rated {rating}`. */
      summary: z.string().optional(),
      /** The version of its work, by which outputs are reused; and that it has effects outside. */
      version: z.string().min(1).max(200).optional(),
      effects: z.boolean().optional(),
      url: z.string(),
      method: z.enum(['POST', 'PUT', 'PATCH']).optional(),
      headers: z.record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, 'is no name of a header'), z.string()).optional(),
      timeout: Duration.optional(),
      maxBytes: z.int().min(1).optional(),
      /** Paths relative to the file. */
      tls: z.strictObject({ ca: Path, cert: Path, key: Path }).optional(),
    }),
  ),
});

/** Reads the HTTP stages that a YAML file declares. @throws {ProjectError} naming the file, the place and what is wrong */
export function readHttpStages(path: string, shown = path): readonly HttpStage[] {
  const { stages } = parsed(path, shown);
  return Object.entries(stages).map(([name, given]) => {
    const { description, summary, version, effects, input, output, tls, ...options } = given;
    if (!isUsable({ input, output }))
      throw new ProjectError(
        `${shown}: stages.${name}: its input or output is no JSON Schema that values can be checked against.`,
      );
    const from = (file: string | undefined) => (file === undefined ? undefined : resolve(dirname(path), file));
    const files = tls && { ca: from(tls.ca), cert: from(tls.cert), key: from(tls.key) };
    try {
      const contract = defineStage({
        name,
        input: z.fromJSONSchema(input as never),
        output: z.fromJSONSchema(output as never),
        ...(description !== undefined && { description }),
        ...(summary !== undefined && { summary }),
        ...(version !== undefined && { version }),
        ...(effects !== undefined && { effects }),
      });
      return httpStage(contract, definedOnly({ ...options, tls: files }));
    } catch (cause) {
      throw new ProjectError(`${shown}: stages.${name}: ${(cause as Error).message}`, { cause });
    }
  });
}

function parsed(path: string, shown: string): z.infer<typeof HttpStagesFile> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ProjectError(`${shown} cannot be read: ${String((cause as NodeJS.ErrnoException).code)}.`, { cause });
  }
  const document = parseDocument(text);
  const [wrong] = document.errors;
  if (wrong) throw new ProjectError(`${shown} is no YAML: ${wrong.message}`);
  const { data, error } = HttpStagesFile.safeParse(document.toJS());
  if (data) return data;
  const lines = error.issues.map(({ path: place, message }) => `  ${place.join('.') || 'the file'}: ${message}`);
  throw new ProjectError(`${shown} does not declare HTTP stages:\n${lines.join('\n')}`);
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };
/** An option that is not given is left out. */
const definedOnly = <T extends { url: string }>(options: T) =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T> & {
    url: string;
  };
