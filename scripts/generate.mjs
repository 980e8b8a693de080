// Writes what follows from the contracts: JSON Schemas and the AsyncAPI document of what is on the wire, the OpenAPI
// document of the gateway, the JSON Schema of a pipeline in YAML, and the pages about errors and
// traces. `--check` only tells whether they are up to date.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { asyncApi, errorsPage, wireSchemas } from '@millrace/contracts/asyncapi';
import { openApi } from '@millrace/gateway';
import { pipelineSchema } from '@millrace/pipeline/yaml';
import { tracesPage } from '@millrace/telemetry';

const check = process.argv.includes('--check');
const docs = fileURLToPath(new URL('../docs/', import.meta.url));
const json = (value) => JSON.stringify(value, null, 2) + '\n';

const files = new Map([
  ['schemas/asyncapi.json', json(asyncApi())],
  ['schemas/openapi.json', json(openApi())],
  ...Object.entries(wireSchemas()).map(([name, schema]) => [`schemas/${name}.schema.json`, json(schema)]),
  ['schemas/Pipeline.schema.json', json(pipelineSchema())],
  ['reference/errors.md', errorsPage()],
  ['reference/traces.md', tracesPage()],
]);

const style = JSON.parse(readFileSync(new URL('../.prettierrc.json', import.meta.url), 'utf8'));
const stale = [];
mkdirSync(`${docs}schemas`, { recursive: true });
for (const [name, content] of files) {
  const text = await format(content, { ...style, filepath: name });
  const file = docs + name;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(name);
  if (!check) writeFileSync(file, text);
}
for (const name of globSync('schemas/*.json', { cwd: docs })) {
  if (files.has(name.replaceAll('\\', '/'))) continue;
  stale.push(name);
  if (!check) rmSync(docs + name);
}
if (check && stale.length > 0) {
  console.error(`Not up to date: ${stale.map((name) => `docs/${name}`).join(', ')}. Run: npm run generate`);
  process.exit(1);
}
