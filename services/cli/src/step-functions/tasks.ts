import { type Doc, partOf } from './document.js';
import { CannotMap } from './expressions.js';
import type { State } from './machine.js';

type Failed = (error: CannotMap, at: string) => void;

interface Task {
  readonly stage: string;
  readonly input: Doc;
  readonly wrap?: (doc: Doc) => Doc;
}

/** The stage that is to do what a Task does: named after the state. What calls a Lambda function is given its payload alone. */
export function taskOf(name: string, state: State, { given, failed }: { given: Doc; failed: Failed }): Task {
  const resource = String(state['Resource']);
  const stage = name.replaceAll(/[A-Z]+/g, (letters) => `-${letters.toLowerCase()}`).replaceAll(/-+/g, '-');
  if (resource.endsWith('.waitForTaskToken'))
    failed(
      new CannotMap(
        'it waits for a token to be sent back',
        'let the stage pass the run’s id on, and put a `signal` step after it',
      ),
      'Resource',
    );
  if (/:states:::states:startExecution/.test(resource))
    failed(
      new CannotMap('it runs another state machine', 'import that one, and name its file: `run: ./other.yaml`'),
      'Resource',
    );
  if (!resource.includes(':::lambda:invoke')) return { stage, input: given };
  const payload = partOf(given, ['Payload']);
  return { stage, input: payload, wrap: (doc) => ({ Payload: doc }) };
}
