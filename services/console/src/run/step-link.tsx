import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

interface StepLinkProps {
  readonly run: string;
  readonly step: string;
  /** Leads to the form of its answer. */
  readonly isAnswer?: boolean;
  readonly children?: ReactNode;
}

/** Opens a step in the panel of its run's page, and brings the panel, or the form in it, into sight. */
export function StepLink({ run, step, isAnswer = false, children }: StepLinkProps) {
  return (
    <Link
      to="/runs/$id"
      params={{ id: run }}
      search={{ step, view: isAnswer ? 'answer' : 'step' }}
      resetScroll={false}
      onClick={() => showInSight(isAnswer ? 'answer' : 'step')}
    >
      {children ?? <b>{step}</b>}
    </Link>
  );
}

/** Scrolls to the panel of the step, or to the form of its answer, where they are not beside what was clicked. */
export function showInSight(id: 'answer' | 'step'): void {
  if (id === 'step' && !matchMedia('(max-width: 1020px)').matches) return;
  document.getElementById(id)?.scrollIntoView({ block: 'start' });
}
