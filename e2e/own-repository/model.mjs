// A provider of a language model on this machine, and the example of the guide that calls it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** Returns the files that a page of the documents shows, by name. */
export function exampleOf(page) {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8');
  return [...text.matchAll(/^```ts (src\/\S+)\n([\s\S]*?)^```$/gm)].map(([, file, content]) => [file, content]);
}

/** Holds the example against its promises. */
export const exampleTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fake, testEngine } from '@millrace/testing';
import { classifying } from './classify.stage.js';
import { classifyByRules, support } from './support.js';

test('a model that is busy is asked again, and its answer has the shape that was declared', async () => {
  const byRules = fake(classifyByRules, () => ({ label: 'other' as const }));
  await using engine = await testEngine(support, [classifying, byRules]);
  const run = await (await engine.start({ text: 'Where is my refund?' })).ended();
  assert.deepEqual(run.output, { label: 'refund' });
});
`;

/** An OpenAI-compatible server: busy at first, then it says that everything is about a refund. */
export async function aModel() {
  const asked = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      asked.push(JSON.parse(body));
      response.setHeader('content-type', 'application/json');
      if (asked.length === 1)
        return response.writeHead(429, { 'retry-after': '1' }).end('{"error":{"message":"busy"}}');
      const message = { role: 'assistant', content: '{"label":"refund"}' };
      const choices = [{ index: 0, finish_reason: 'stop', message }];
      response.end(JSON.stringify({ id: 'c', object: 'chat.completion', created: 0, model: 'small', choices }));
    });
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    asked,
    url: `http://127.0.0.1:${server.address().port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
