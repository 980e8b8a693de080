import type { ModelCallView } from '@millrace/client';
import { durationText } from '../time/words.js';
import { whole } from '../text/numbers.js';

interface ModelCallsProps {
  readonly calls: readonly ModelCallView[];
  readonly leftOut: number;
  readonly trace: string | undefined;
}

/** The calls of models of one attempt, in order: which prompt went to which model by which way, what it took, and how it ended. */
export function ModelCalls({ calls, leftOut, trace }: ModelCallsProps) {
  const total = calls.length + leftOut;
  return (
    <div className="stack">
      <b>{total === 1 ? '1 call of a model' : `${total} calls of models`}</b>
      {leftOut > 0 && <p className="quiet">The first {leftOut} are not kept.</p>}
      <ol className="calls">
        {calls.map((call, at) => (
          <Call key={at} call={call} before={calls[at - 1]} />
        ))}
      </ol>
      <Contents calls={calls} trace={trace} />
    </div>
  );
}

function Call({ call, before }: { readonly call: ModelCallView; readonly before: ModelCallView | undefined }) {
  const { prompt, provider, model, operation, isKept, ms, finish, code, tokens, cost } = call;
  const why = whyOf(call, before);
  return (
    <li className={code === undefined ? 'call' : 'call failed'}>
      <span className="wrap">
        <b>
          <bdi>{prompt}</bdi>
        </b>{' '}
        {operation !== 'chat' && `${operation} `}→ <bdi className="mono">{model}</bdi>{' '}
        <bdi className="quiet">{provider}</bdi>
      </span>
      <span className="quiet">
        {isKept ? 'kept answer, not paid again' : durationText(ms)}
        {tokens && !isKept && `, ${tokensText(tokens)}`}
        {cost && !isKept && `, ${moneyText(cost)}`}
        {finish !== undefined && `, ${FINISHED[finish]}`}
      </span>
      {why !== undefined && <span className="quiet wrap">{why}</span>}
      {code !== undefined && (
        <span className="bad">
          ✕ <code>{code}</code>
        </span>
      )}
    </li>
  );
}

const FINISHED = {
  stop: 'answered',
  length: 'cut at its limit',
  refused: 'would not answer',
  'tool-calls': 'asked for tools',
  other: 'ended otherwise',
} as const satisfies Record<NonNullable<ModelCallView['finish']>, string>;

/** Says why the call went where it did: a second question, or another place of the route. */
function whyOf({ hop, isReask, prompt }: ModelCallView, before: ModelCallView | undefined): string | undefined {
  if (isReask) return 'Asked once more: the first answer could not be used.';
  if (hop.index === 0) return undefined;
  const failed = before?.prompt === prompt && before.hop.index < hop.index ? before : undefined;
  const reason = failed?.code ?? (failed ? 'no usable answer' : undefined);
  return `By the route’s “${hop.name}”${reason === undefined ? '' : `, after “${failed?.hop.name}”: ${reason}`}.`;
}

function tokensText({ input, output, cacheRead }: NonNullable<ModelCallView['tokens']>): string {
  const parts = [
    input !== undefined && `${whole(input)} tokens in`,
    cacheRead !== undefined && cacheRead > 0 && `(${whole(cacheRead)} from the provider’s cache)`,
    output !== undefined && `${whole(output)} out`,
  ];
  return parts.filter(Boolean).join(' ');
}

const moneyText = ({ money, currency }: NonNullable<ModelCallView['cost']>): string =>
  `${money.toLocaleString('en', { maximumSignificantDigits: 3 })} ${currency} at today’s prices`;

/** Says where the prompt and the answer can be read, or that nobody kept them. */
function Contents({ calls, trace }: Pick<ModelCallsProps, 'calls' | 'trace'>) {
  if (!calls.some(({ hasContent }) => hasContent))
    return <p className="quiet">The prompts and the answers of these calls were not kept.</p>;
  return (
    <p className="quiet">
      The prompts and the answers, redacted, are on the calls’ spans{' '}
      {trace === undefined ? 'in the tracing system.' : <a href={`${trace}?uiFind=gen_ai`}>in Jaeger.</a>}
    </p>
  );
}
