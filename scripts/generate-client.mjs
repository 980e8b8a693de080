// What the HTTP client is generated from: the types of every operation, the remedies of every problem, and the fields that an answer
// of this version has. A change of the API that the client does not follow is an error of its compiler.
import openapiTS, { astToString } from 'openapi-typescript';
import { wireSchemas } from '@millrace/contracts/asyncapi';
import { PROBLEMS } from '@millrace/contracts/http';

const HEAD = '// Written by `npm run generate` from the OpenAPI document. Do not edit.\n\n';

/** Returns the generated files of `libs/client`, by name. */
export async function clientFiles(document) {
  // A type that refers to itself is one that TypeScript refuses here: any JSON value is `unknown`.
  const { components } = document;
  const fact = { ...wireSchemas().Fact };
  delete fact.$schema;
  // The document leaves open which facts a history has, so that a new one breaks nobody. The client's types name those of this version.
  const schemas = { ...components.schemas, JsonValue: {}, Fact: fact };
  const plain = { ...document, components: { ...components, schemas } };
  const types = await openapiTS(plain, { rootTypes: true, rootTypesNoSchemaPrefix: true, defaultNonNullable: false });
  return [
    ['libs/client/src/generated/openapi.ts', HEAD + astToString(types)],
    ['libs/client/src/generated/problems.ts', HEAD + problems()],
    ['libs/client/src/generated/answers.ts', HEAD + answers(document)],
  ];
}

function problems() {
  const remedies = Object.fromEntries(Object.entries(PROBLEMS).map(([code, { remedy }]) => [code, remedy]));
  return `/** What to do about each problem that the API answers with. */
export const PROBLEM_REMEDIES = ${JSON.stringify(remedies)} as const;
`;
}

/** Paths in the style of the client, with the fields that every successful answer in JSON has. */
function answers({ paths, components }) {
  const fields = {};
  for (const [path, operations] of Object.entries(paths))
    for (const [method, { responses }] of Object.entries(operations)) {
      const named = Object.entries(responses)
        .filter(([status]) => status < '300')
        .flatMap(([, { content }]) => content?.['application/json']?.schema.$ref?.split('/').at(-1) ?? []);
      if (named.length === 0) continue;
      const required = named.map((name) => components.schemas[name].required ?? []);
      fields[`${method.toUpperCase()} ${path}`] = required[0].filter((field) =>
        required.every((others) => others.includes(field)),
      );
    }
  return `/** The fields that every successful answer of an operation has. */
export const ANSWER_FIELDS: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(fields)};
`;
}
