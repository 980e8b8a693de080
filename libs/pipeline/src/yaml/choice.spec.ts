import { parse } from 'yaml';
import { z } from 'zod';
import { defineStage, isPresent, orElse, pipeline } from '../index.js';
import { schemaTest } from '../schemas/validation.js';
import { parsePipeline, pipelineSchema, pipelineYaml, type YamlError } from './index.js';

const Answer = z.object({ text: z.string(), kind: z.enum(['short', 'long']).optional() });
const answer = defineStage({ name: 'answer', input: z.object({ text: z.string() }), output: Answer });
const Mail = z.object({ text: z.string(), tone: z.enum(['warm', 'legal', 'plain']), to: z.string().optional() });

const written = `pipeline: replies
input:
  text: string
  tone: warm | legal | plain
  to?: string
steps:
  reply:
    choose: input.tone
    cases:
      warm:
        steps:
          greet:
            stage: answer
            input:
              text: $input.text
          warm:
            stage: answer
            input:
              text: $greet.text
        output: $warm.text
      legal:
        steps:
          size:
            stage: answer
            input:
              text: $input.text
          sized:
            choose: has(size.kind) && size.kind
            cases:
              long:
                stage: answer
                when: has(input.to)
                input:
                  text: $size.text
            otherwise:
              stage: answer
              input:
                text: $input.text
        output:
          text: \${orElse(sized.text, size.text)}
    otherwise:
      stage: answer
      input:
        text: $input.text
  sent:
    stage: answer
    input:
      text: \${orElse(reply.text, input.text)}
output: $sent
`;

const { plan } = pipeline({ name: 'replies', input: Mail }, ({ input, step, choose }) => {
  const say = (name: string, text: unknown, options = {}) => step(name, answer, { text: text as string }, options);
  const reply = choose(
    'reply',
    input.tone,
    {
      warm: () => say('warm', say('greet', input.text).text).text as never,
      legal: () => {
        const size = say('size', input.text);
        const long = () => say('sizedLong', size.text, { when: isPresent(input.to) });
        const sized = choose('sized', size.kind, { long }, () => say('sizedOtherwise', input.text));
        return { text: orElse(sized.text, size.text) as never };
      },
    },
    () => say('replyOtherwise', input.text),
  );
  return say('sent', orElse((reply as never as { text: typeof input.text }).text, input.text));
});

function wrongWith(steps: string): string {
  try {
    parsePipeline(`pipeline: mail\ninput: { text: string }\nsteps:\n${steps}`, { file: 'mail.yaml' });
    return '';
  } catch (error) {
    return (error as YamlError).message;
  }
}

describe('a switch in YAML', () => {
  test('is the switch that TypeScript has, one within another included', () => {
    expect(parsePipeline(written, { file: 'replies.yaml' })).toEqual(plan);
  });

  test('is shown as one', () => expect(pipelineYaml(plan)).toBe(written));

  test('completes and is checked in an editor', () => {
    expect(schemaTest(pipelineSchema())(parse(written))).toBe(true);
  });

  test('alone may be the work of an item', () => {
    const text = `pipeline: mails
input: { list: [string] }
steps:
  each:
    map: $input.list
    do: { choose: item, cases: { a: { stage: answer, input: $item } }, otherwise: { value: $item } }
output: $each
`;
    const each = parsePipeline(text, { file: 'mails.yaml' });
    expect(each.steps['each']).toMatchObject({
      work: {
        plan: { steps: { eachA: { when: 'item == "a"' }, each: { kind: 'value' } }, output: { $ref: ['each'] } },
      },
    });
    expect(pipelineYaml(each)).toContain('      choose: item\n      cases:\n        a:\n');
  });

  test('is shown step by step where it only looks like one', () => {
    const text = `pipeline: likely
input: { text: string }
steps:
  a: { when: input.text == "a", input: 1 }
  b: { when: input.text == "b", input: $a }
  both: { value: "\${orElse(a, b)}" }
output: $both
`;
    const likely = parsePipeline(text, { file: 'likely.yaml' });
    expect(pipelineYaml(likely)).not.toContain('choose');
    expect(parsePipeline(pipelineYaml(likely), { file: 'likely.yaml' })).toEqual(likely);
  });

  test.each([
    [
      'a field that does not exist',
      '  a: { choose: input.text, cases: { x: {} }, default: {} }',
      '4:46 there is no "default"',
    ],
    ['no cases', '  a: { choose: input.text, cases: {} }', '4:35 "cases" has to have'],
    ['nothing that is chosen by', '  a: { choose: 3, cases: { x: {} } }', '4:16 what is chosen by is CEL'],
    [
      'an expression that is not valid',
      '  a: { choose: input., cases: { x: { input: 1 } } }',
      '4:23 `input. == "x"` is not valid',
    ],
    [
      'a case without an output',
      '  a: { choose: input.text, cases: { x: { steps: {} } } }',
      '4:40 a case has a step, or',
    ],
    [
      'a step of a case that is there already',
      '  a: { choose: input.text, cases: { x: { input: 1 } } }\n  aX: { input: 1 }',
      'there are two steps "aX"',
    ],
    [
      'a step of a case read outside of it',
      '  a: { choose: input.text, cases: { x: { input: 1 } } }\n  b: { input: $aX }',
      '5:15 there is no "aX" here',
    ],
    [
      'a step of another case',
      '  a: { choose: input.text, cases: { x: { input: 1 }, y: { input: $aX } } }',
      '4:66 there is no "aX" here',
    ],
    [
      'a field of the input that does not exist',
      '  a: { choose: input.txt, cases: { x: { input: 1 } } }',
      'its condition',
    ],
  ])('refuses %s, and says where', (_, steps, expected) => {
    expect(wrongWith(steps)).toContain(expected);
  });
});
