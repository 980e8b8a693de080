import { useNavigate } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { ActDialog } from '../acts/act-dialog.js';
import { JsonEditor, parsed } from '../acts/json-editor.js';
import { millrace } from '../app/place.js';
import { Field } from '../reviews/field.js';
import { answerOf, fieldsOf, initialValues } from '../reviews/schema-form.js';
import { untilThere } from '../run/until-there.js';
import '../reviews/reviews.css';

interface StartDialogProps {
  readonly pipeline: string;
  readonly schema: unknown;
  readonly close: () => void;
}

const NOTHING = {};

/** Starts a run: a form from the schema of the input, or the input as JSON. Leads to the run. */
export function StartDialog({ pipeline, schema, close }: StartDialogProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  const [values, setValues] = useState(() => initialValues(fields, NOTHING));
  // A schema that is no plain object has no fields to fill in.
  const hasFields = fields.every(({ name }) => name !== '');
  const [text, setText] = useState(hasFields ? undefined : '{}');
  const navigate = useNavigate();
  const act = async () => {
    const input = text === undefined ? answerOf(fields, values, NOTHING) : parsed(text);
    const { id } = await millrace.runs.start({ pipeline, input });
    await untilThere(id);
    await navigate({ to: '/runs/$id', params: { id } });
  };
  return (
    <ActDialog title={`Start a run of ${pipeline}`} verb="Start" act={act} close={close} isAnonymous>
      {text === undefined ? (
        <div className="stack">
          {fields.map((field) => (
            <Field
              key={field.name}
              field={field}
              draft={undefined}
              value={values[field.name] ?? ''}
              change={(value) => setValues((now) => ({ ...now, [field.name]: value }))}
            />
          ))}
        </div>
      ) : (
        <JsonEditor label="Input" before="{}" text={text} change={setText} />
      )}
      {hasFields && (
        <div>
          <button type="button" className="plain" onClick={() => setText(text === undefined ? '{}' : undefined)}>
            {text === undefined ? 'Write the input as JSON' : 'Back to the form'}
          </button>
        </div>
      )}
    </ActDialog>
  );
}
