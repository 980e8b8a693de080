// Writes the page of the HTTP API from its OpenAPI document.
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

const nameOf = ({ $ref, type, items } = {}) =>
  $ref !== undefined
    ? `\`${$ref.split('/').at(-1)}\``
    : items !== undefined
      ? `list of ${nameOf(items)}`
      : (type ?? 'value');

const contents = (content) =>
  Object.entries(content ?? {})
    .map(([type, { schema }]) => (type === 'application/json' ? nameOf(schema) : `${type}`))
    .join(' or ');

function operation(method, path, { operationId, summary, parameters = [], requestBody, responses }) {
  const rows = parameters.map(
    ({ name, in: where, required, schema, description }) =>
      `| \`${name}\` | ${where}${required ? ', required' : ''} | ${cell(description ?? schema?.description ?? '')} |`,
  );
  const answers = Object.entries(responses).map(
    ([status, { description = '', content }]) =>
      `| ${status} | ${cell(description)} | ${contents(content).replace('application/problem+json', '')} |`,
  );
  return [
    `### ${operationId}`,
    '',
    '```http',
    `${method.toUpperCase()} ${path}`,
    '```',
    '',
    cell(summary),
    '',
    ...(requestBody === undefined ? [] : [`Body: ${contents(requestBody.content)}.`, '']),
    ...(rows.length > 0 ? ['| parameter | in | meaning |', '| --- | --- | --- |', ...rows, ''] : []),
    '| status | meaning | body |',
    '| --- | --- | --- |',
    ...answers,
    '',
  ];
}

/** Groups by the first part of a path behind the version. */
const groupOf = (path) => path.split('/').find((part) => part !== '' && !/^v\d+$/.test(part)) ?? 'other';

export function httpPage({ info, paths }) {
  const groups = new Map();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, described] of Object.entries(methods))
      groups.set(groupOf(path), [...(groups.get(groupOf(path)) ?? []), ...operation(method, path, described)]);
  return [
    '# HTTP API',
    '',
    '<!-- Written by npm run generate from the OpenAPI document. -->',
    '',
    `The gateway answers on \`PORT\` (8080). ${cell(info.description)} [Errors](errors.md) lists their codes. The gateway serves the`,
    'OpenAPI document at `/openapi.json`; [openapi.json](../schemas/openapi.json) is the same document. It defines the schemas that are named here.',
    '[Who may ask](../how-to/operate.md#who-may-ask) says which requests are refused. [@millrace/client](../../libs/client/README.md) calls the API from TypeScript.',
    '',
    ...[...groups].flatMap(([group, lines]) => [`## ${group}`, '', ...lines]),
  ].join('\n');
}
