import { MillraceError, MillraceProblem } from '@millrace/client';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

/** A page that says what happened, to what, and what to do; never JSON. */
export function ProblemPage({ error, retry }: { readonly error: unknown; readonly retry?: () => void }) {
  const { title, message, remedy, code } = wordsOf(error);
  return (
    <section className="center" role="alert">
      <h1>{title}</h1>
      <p dir="auto" className="wrap">
        {message}
      </p>
      {remedy && <p className="quiet">{remedy}</p>}
      <div className="line">
        {retry && (
          <button type="button" className="primary" onClick={retry}>
            Try again
          </button>
        )}
        <Link className="button" to="/runs">
          All runs
        </Link>
      </div>
      {code && (
        <p className="quiet">
          <code>{code}</code>
        </p>
      )}
    </section>
  );
}

function wordsOf(error: unknown): { title: string; message: string; remedy?: string; code?: string } {
  if (error instanceof MillraceProblem) {
    const title = error.status === 403 ? 'You may not see this' : error.status === 404 ? 'Not found' : 'Refused';
    return { title, message: error.message, remedy: error.remedy, code: error.code };
  }
  if (error instanceof MillraceError)
    return { title: 'The gateway does not answer', message: error.message, remedy: error.remedy, code: error.code };
  return {
    title: 'This page has broken',
    message: error instanceof Error ? error.message : 'Something unknown was thrown.',
    remedy: 'Load the page again. If it breaks again, the same is on the command line: npx millrace run list',
  };
}

export const CrashPage = ({ error }: { readonly error: unknown }) => (
  <ProblemPage error={error} retry={() => location.reload()} />
);

export function NotFoundPage() {
  return (
    <section className="center">
      <h1>There is no such page</h1>
      <p>The address may be mistyped, or belong to another version of the console.</p>
      <Link className="button" to="/">
        Overview
      </Link>
    </section>
  );
}

/** An empty list: says why it is empty, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <section className="center">
      <h2>{title}</h2>
      {children}
    </section>
  );
}
