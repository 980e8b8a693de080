import type { ScheduleMakeRequested, ScheduleRemoveRequested } from '@millrace/contracts';
import { PlanError } from '@millrace/pipeline';
import { checkSchedule } from '@millrace/pipeline/engine';
import type { Deployed, DeploymentChange } from '@millrace/store';
import { refusal } from '../deployments/deployment.js';

/** Returns the changes of a request about a schedule. Those of a plan are the plan's to change. Pure. */
export function scheduling(request: ScheduleMakeRequested | ScheduleRemoveRequested, now: Deployed): DeploymentChange {
  const { pipeline, name, at, by, reason } = request;
  if (!now.route) return refusal(pipeline, 'UNKNOWN_PIPELINE', `There is no pipeline "${pipeline}".`);
  const known = now.schedules.find((one) => one.name === name);
  if (known?.made === false)
    return refusal(
      pipeline,
      'SCHEDULE_REFUSED',
      `The schedule "${name}" is part of the plan: deploy another plan to change it.`,
    );
  const outcome = { status: 'applied', pipeline, schedule: name, unchanged: false } as const;
  if (request.type === 'schedule.remove-requested')
    return known
      ? { outcome, removes: name }
      : refusal(pipeline, 'UNKNOWN_SCHEDULE', `${pipeline} has no schedule "${name}".`);
  try {
    const { spec, nextAt } = checkSchedule(request, at);
    return { outcome, makes: { pipeline, name, spec, nextAt, made: true, by, reason } };
  } catch (error) {
    if (error instanceof PlanError) return refusal(pipeline, 'SCHEDULE_REFUSED', `${error.what}.`);
    throw error;
  }
}
