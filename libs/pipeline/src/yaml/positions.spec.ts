import { positionsIn } from './index.js';

const TEXT = `pipeline: letters
input: { text: string }
steps:
  read:
    input: { text: $input.text, mode: [slow, good] }
    fallback:
      - { stage: read-small, input: { text: 5 } }
  ask:
    review: { approved: boolean }
    show: { draft: $read.text }
    timeout: 3d
  each:
    map: $read.amounts
    do: { stage: sum, input: { amount: $item } }
  many:
    map: $read.amounts
    do:
      steps:
        inner: { stage: sum, input: { amount: $item } }
      output: $inner
  route:
    choose: read.label
    cases:
      lost card: { stage: block, input: { card: $input.text } }
      other:
        steps:
          look: { stage: look-up, input: { text: $read.text } }
        output: $look
    otherwise: { stage: tell, input: { text: $read.text } }
output: { done: $route }
`;

test.each([
  ['/steps/read/input/text', '$input.text, mode'],
  ['/steps/read/input/mode/1', 'good]'],
  ['/steps/read/input/absent', '{ text: $input.text, mode'],
  ['/steps/read/fallback/0/input/text', '5 } }'],
  ['/steps/ask/schema', '{ approved'],
  ['/steps/ask/show/draft', '$read.text }\n    timeout'],
  ['/steps/ask/timeoutMs', '3d'],
  ['/steps/each/over', '$read.amounts\n    do: {'],
  ['/steps/each/work/input/amount', '$item } }\n  many'],
  ['/steps/many/work/plan/steps/inner/input/amount', '$item } }\n      output'],
  ['/steps/routeLostCard/input/card', '$input.text } }\n      other'],
  ['/steps/look/input/text', '$read.text } }\n        output'],
  ['/steps/routeOtherwise/input/text', '$read.text } }\noutput'],
  ['/output/done', '$route }'],
  ['/steps/nowhere/input/text', 'read:\n'],
  ['', 'pipeline:'],
])('the place of %s is told by line and column', (pointer, found) => {
  const before = TEXT.slice(0, TEXT.indexOf(found)).split('\n');
  expect(positionsIn(TEXT)(pointer)).toEqual({ line: before.length, column: before.at(-1)!.length + 1 });
});
