import { complaints, examples } from './documented-examples.js';

test('the examples of the documents compile, but for those that are marked as fragments', () => {
  const all = examples();
  expect(all.length).toBeGreaterThan(30);
  expect(complaints(all)).toEqual([]);
});

test('an example that says what is not so is found', () => {
  const page = 'docs/nowhere.md';
  const text = "import { pipeline } from '@millrace/pipeline';\nexport const wrong: string = pipeline;\n";
  expect(complaints([{ page, line: 7, name: 'wrong.ts', text }])).toEqual([
    expect.stringMatching(/^docs\/nowhere\.md:7: Type .* is not assignable to type 'string'/),
  ]);
});
