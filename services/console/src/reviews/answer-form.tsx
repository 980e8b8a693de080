import type { ReviewView } from '@millrace/client';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useMemo, useRef, useState } from 'react';
import { ByWhomFields, Refusal } from '../acts/act-dialog.js';
import { actor } from '../app/memory.js';
import { millrace } from '../app/place.js';
import { answerOf, decisionOf, type Drafts, fieldsOf, initialValues } from './schema-form.js';
import { Field } from './field.js';
import { useDecisionKeys } from './use-decision-keys.js';

interface AnswerFormProps {
  readonly review: ReviewView;
  readonly answered: () => void;
}

const NO_DRAFTS: Drafts = {};

/** The form of an answer, made from its schema. A text begins with the draft; what was changed is said. */
export function AnswerForm({ review, answered }: AnswerFormProps) {
  const { id, schema, drafts = NO_DRAFTS } = review;
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const [values, setValues] = useState(() => initialValues(fields, drafts));
  const [reason, setReason] = useState('');
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: unknown }>({ busy: false });
  const form = useRef<HTMLFormElement>(null);
  const queries = useQueryClient();
  const decision = decisionOf(fields);
  useDecisionKeys((value) => decision && setValues((now) => ({ ...now, [decision.name]: value })));
  const send = async () => {
    setState({ busy: true });
    const by = actor.read().trim();
    const byWhom = { ...(by && { by }), ...(reason.trim() && { reason: reason.trim() }) };
    try {
      await millrace.reviews.answer(id, { answer: answerOf(fields, values, drafts), ...byWhom });
      answered();
      await queries.invalidateQueries();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    void send();
  };
  return (
    <form
      ref={form}
      id="answer"
      className="stack answer"
      onSubmit={submitted}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.current?.requestSubmit();
      }}
    >
      {fields.map((field) => (
        <Field
          key={field.name}
          field={field}
          draft={drafts[field.name]}
          value={values[field.name] ?? ''}
          change={(value) => setValues((now) => ({ ...now, [field.name]: value }))}
        />
      ))}
      <ByWhomFields reason={reason} setReason={setReason} needsName={false} />
      {state.error !== undefined && <Refusal error={state.error} />}
      <div className="line">
        <button type="submit" className="primary" disabled={state.busy}>
          Send the answer
        </button>
        <Hint hasDecision={decision !== undefined} />
      </div>
    </form>
  );
}

const Hint = ({ hasDecision }: { readonly hasDecision: boolean }) => (
  <span className="quiet">
    <kbd>Ctrl Enter</kbd>
    {hasDecision && (
      <>
        {' '}
        · <kbd>a</kbd> yes · <kbd>x</kbd> no
      </>
    )}
  </span>
);
