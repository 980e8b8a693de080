import { MillraceError, MillraceProblem } from '@millrace/client';
import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { actor, useMemory } from '../app/memory.js';
import { Overlay } from '../app/overlay.js';

/** The person who acts, and the reason. */
export interface ByWhom {
  readonly by?: string;
  readonly reason?: string;
}

interface ActDialogProps {
  readonly title: string;
  /** Says what will happen, and whether it can be undone. */
  readonly children?: ReactNode;
  readonly verb: string;
  readonly isDanger?: boolean;
  readonly act: (byWhom: ByWhom) => Promise<unknown>;
  readonly close: () => void;
  /** The act needs a name. */
  readonly needsName?: boolean;
  /** The act takes a name and no reason. */
  readonly isWithoutReason?: boolean;
  /** The act takes no name and no reason. */
  readonly isAnonymous?: boolean;
}

/** Asks who acts and why, once: the name is remembered. Then does it, and says why where it is refused. */
export function ActDialog(props: ActDialogProps) {
  const { title, children, verb, isDanger, act, close, needsName = false, isAnonymous, isWithoutReason } = props;
  const by = useMemory(actor);
  const [reason, setReason] = useState('');
  const [state, setState] = useState<{ readonly busy: boolean; readonly error?: unknown }>({ busy: false });
  const queries = useQueryClient();
  const submit = async () => {
    setState({ busy: true });
    try {
      await act({ ...(by.trim() && { by: by.trim() }), ...(reason.trim() && { reason: reason.trim() }) });
      await queries.invalidateQueries();
      close();
    } catch (error) {
      setState({ busy: false, error });
    }
  };
  const submitted = (event: FormEvent) => {
    event.preventDefault();
    void submit();
  };
  return (
    <Overlay label={title} close={close}>
      <form onSubmit={submitted}>
        <h2>{title}</h2>
        {children}
        {!isAnonymous && (
          <ByWhomFields reason={reason} setReason={isWithoutReason ? undefined : setReason} needsName={needsName} />
        )}
        {state.error !== undefined && <Refusal error={state.error} />}
        <div className="line">
          <button type="submit" className={isDanger ? 'danger' : 'primary'} disabled={state.busy}>
            {verb}
          </button>
          <button type="button" onClick={close}>
            Do nothing
          </button>
        </div>
      </form>
    </Overlay>
  );
}

interface ByWhomFieldsProps {
  readonly reason: string;
  /** Absent where no reason is asked for. */
  readonly setReason: ((reason: string) => void) | undefined;
  readonly needsName: boolean;
}

/** The name of the person who acts, which is remembered, and the reason. */
export function ByWhomFields({ reason, setReason, needsName }: ByWhomFieldsProps) {
  const by = useMemory(actor);
  return (
    <div className="bywhom">
      <label>
        <span>Your name{needsName && ' (needed)'}</span>
        <input
          dir="auto"
          autoComplete="name"
          maxLength={200}
          required={needsName}
          value={by}
          onChange={({ target }) => actor.write(target.value)}
        />
      </label>
      {setReason && (
        <label>
          <span>Why</span>
          <input dir="auto" maxLength={2_000} value={reason} onChange={({ target }) => setReason(target.value)} />
        </label>
      )}
    </div>
  );
}

/** Says why an act was refused, and what to do. */
export function Refusal({ error }: { readonly error: unknown }) {
  const remedy = error instanceof MillraceError ? error.remedy : undefined;
  return (
    <div className="notice failed" role="alert">
      <p dir="auto">{error instanceof Error ? error.message : 'It did not work.'}</p>
      {error instanceof MillraceProblem && error.errors.length > 0 && (
        <ul>
          {error.errors.map(({ pointer, detail }) => (
            <li key={`${pointer} ${detail}`} dir="auto">
              <code>{pointer || '/'}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      {remedy && <p className="quiet">{remedy}</p>}
    </div>
  );
}
