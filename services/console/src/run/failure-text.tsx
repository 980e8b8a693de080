import type { RunView } from '@millrace/client';

type Failure = NonNullable<RunView['failure']>;

/** A failure: its code, what happened, and what to do about it. */
export function FailureText({ failure }: { readonly failure: Failure }) {
  return (
    <>
      <p dir="auto" className="wrap">
        <code className="bad">{failure.code}</code> {failure.message}
      </p>
      {failure.remedy !== '' && <p className="quiet">{failure.remedy}</p>}
    </>
  );
}
