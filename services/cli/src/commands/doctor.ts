import type { Command } from 'commander';
import { type MillraceClient, MillraceUnexpectedAnswer, MillraceUnreachable } from '@millrace/client';
import { timeoutSignal } from '@millrace/contracts/timers';
import { clientOf, type CommonOptions, type CliContext, talking } from '../context.js';
import { EXIT } from '../exit.js';
import { listed } from '../output/output.js';

interface Check {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string;
}

export function doctorCommand(program: Command, { terminal, end }: CliContext): void {
  talking(program.command('doctor'))
    .description('check that everything the command line needs is there')
    .action(async (options: CommonOptions) => {
      const client = clientOf(terminal, options);
      const checks: Check[] = [{ check: 'node', ok: true, detail: process.versions.node }];
      const live = await client.probe('/livez');
      const reached = live?.status === 200 && (live.body as { live?: unknown } | null)?.live === true;
      const detail = reached ? client.url : `${client.url}: ${live ? NO_GATEWAY : await whyNot(client)}`;
      checks.push({ check: 'gateway', ok: reached, detail });
      if (reached) checks.push(...(await gatewayChecks(client)));
      const columns = [
        { title: 'CHECK', of: ({ check }: Check) => check },
        { title: 'STATE', of: ({ ok }: Check) => (ok ? 'ok' : 'not ok') },
        { title: 'DETAIL', of: ({ detail }: Check) => detail },
      ];
      terminal.out(listed({ items: checks, columns, name: ({ check }) => check }, options.output));
      if (!reached) end(EXIT.noConnection);
      else if (checks.some(({ ok }) => !ok)) end(EXIT.error);
    });
}

const LATE_MS = 5_000;
const MAY_ONLY_GROW =
  'Deployed plans rely on the contract before: serve it again, and put the new one under a new name of a stage';
const NO_GATEWAY = 'something answers, but no Millrace gateway. Correct MILLRACE_URL or --url';
const START_IT = 'Start it with: npx millrace dev';

/** Says why nobody answers. */
async function whyNot(client: MillraceClient): Promise<string> {
  const list = client.pipelines.list({ signal: timeoutSignal(LATE_MS) }).page();
  const error: unknown = await list.then(() => undefined).catch((thrown: unknown) => thrown);
  if (error instanceof MillraceUnexpectedAnswer) return NO_GATEWAY;
  return `${error instanceof MillraceUnreachable ? error.reason : 'no answer'}. ${START_IT}`;
}

async function gatewayChecks(client: MillraceClient): Promise<Check[]> {
  const ready = await client.probe('/readyz');
  const { reason, degraded, stages } = (ready?.body ?? {}) as {
    reason?: unknown;
    degraded?: unknown;
    stages?: unknown;
  };
  const still = Array.isArray(degraded) ? degraded.map(String) : [];
  const notReady = Array.isArray(stages) ? stages.map(String) : [];
  const api = await client.probe('/openapi.json');
  const { info } = (api?.body ?? {}) as { info?: { version?: unknown } };
  const page = await client.pipelines
    .list({ signal: timeoutSignal(LATE_MS) })
    .page()
    .catch(() => undefined);
  const names = page?.items.map(({ name }) => name) ?? [];
  return [
    { check: 'ready', ok: ready?.status === 200, detail: ready?.status === 200 ? '' : String(reason ?? 'no answer') },
    {
      check: 'partitions',
      ok: still.length === 0,
      detail: still.length === 0 ? '' : `${still.join('; ')}. See the coordinator’s log and its /readyz.`,
    },
    { check: 'api', ok: info?.version === '1', detail: `version ${String(info?.version ?? 'unknown')}` },
    ...notReady.map((detail) => ({ check: 'stage', ok: false, detail })),
    ...(await stageChecks(client)),
    { check: 'pipelines', ok: names.length > 0, detail: names.join(', ') || 'none deployed' },
  ];
}

/** A stage that a pipeline asks and that no process serves: its steps wait until somebody starts it. */
async function stageChecks(client: MillraceClient): Promise<Check[]> {
  const page = await client.stages
    .list({ signal: timeoutSignal(LATE_MS) })
    .page()
    .catch(() => undefined);
  if (!page) return [];
  const unserved = page.items.flatMap(({ name, consumers }) => (consumers === 0 ? [name] : []));
  const detail = unserved.length > 0 ? `no consumer: ${unserved.join(', ')}. Start them` : '';
  const broken = page.items.flatMap(({ name, breaks: [first] = [] }) =>
    first ? [`${name}${first.pointer} ${first.detail}`] : [],
  );
  return [
    { check: 'stages', ok: unserved.length === 0, detail },
    {
      check: 'contracts',
      ok: broken.length === 0,
      detail: broken.length === 0 ? '' : `${broken.join('; ')}. ${MAY_ONLY_GROW}`,
    },
  ];
}
