import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { RequestProblem } from './problems.js';

const READS = ['GET', 'HEAD', 'OPTIONS'];

/** Express middleware of a gateway that only shows: refuses whatever could change something, before a byte of its body is read. */
export function refuseChanges(
  { method = '' }: IncomingMessage,
  _: ServerResponse,
  next: (error?: unknown) => void,
): void {
  next(
    READS.includes(method) ? undefined : new RequestProblem('READ_ONLY', `This gateway takes no ${method} requests.`),
  );
}

/** Takes the actions out of what is shown: nobody can do anything here. */
export class WithoutActions implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map(withoutActions));
  }
}

/** A view, the steps of a run, and the items of a list have actions; payloads are left as they are. */
function withoutActions(view: unknown): unknown {
  if (typeof view !== 'object' || view === null) return view;
  const { steps, items } = view as { readonly steps?: unknown; readonly items?: unknown };
  return {
    ...view,
    ...('allowedActions' in view && { allowedActions: [] }),
    ...(Array.isArray(steps) && { steps: steps.map(withoutActions) }),
    ...(Array.isArray(items) && { items: items.map(withoutActions) }),
  };
}
