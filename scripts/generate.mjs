// Writes what follows from the contracts: JSON Schemas and the AsyncAPI document of what is on the wire, the OpenAPI
// document of the gateway, the JSON Schema of a pipeline in YAML, the types of the HTTP client, and the pages of reference:
// errors, traces, settings, metrics, the command line and the HTTP API. `--check` only tells whether they are up to date.
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { asyncApi, errorsPage, wireSchemas } from '@millrace/contracts/asyncapi';
import { openApi } from '@millrace/gateway';
import { pipelineSchema } from '@millrace/pipeline/yaml';
import { tracesPage } from '@millrace/telemetry';
import { clientFiles } from './generate-client.mjs';
import { commandLinePage } from './reference/command-line.mjs';
import { httpPage } from './reference/http.mjs';
import { metricsPage } from './reference/metrics.mjs';
import { settingsPage } from './reference/settings.mjs';

const check = process.argv.includes('--check');
const root = fileURLToPath(new URL('../', import.meta.url));
const json = (value) => JSON.stringify(value, null, 2) + '\n';

const files = new Map([
  ['docs/schemas/asyncapi.json', json(asyncApi())],
  ['docs/schemas/openapi.json', json(openApi())],
  ...Object.entries(wireSchemas()).map(([name, schema]) => [`docs/schemas/${name}.schema.json`, json(schema)]),
  ['docs/schemas/Pipeline.schema.json', json(pipelineSchema())],
  ['docs/reference/errors.md', errorsPage()],
  ['docs/reference/traces.md', tracesPage()],
  ['docs/reference/settings.md', await settingsPage()],
  ['docs/reference/cli.md', commandLinePage()],
  ['docs/reference/metrics.md', metricsPage()],
  ['docs/reference/http.md', httpPage(openApi())],
  ...(await clientFiles(openApi())),
]);

const style = JSON.parse(readFileSync(new URL('../.prettierrc.json', import.meta.url), 'utf8'));
const stale = [];
for (const [name, content] of files) {
  const text = await format(content, { ...style, filepath: name });
  const file = root + name;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(name);
  if (check) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
for (const name of globSync(['docs/schemas/*.json', 'libs/client/src/generated/*'], { cwd: root })) {
  if (files.has(name.replaceAll('\\', '/'))) continue;
  stale.push(name);
  if (!check) rmSync(root + name);
}
if (check && stale.length > 0) {
  console.error(`Not up to date: ${stale.join(', ')}. Run: npm run generate`);
  process.exit(1);
}
