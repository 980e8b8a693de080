import type { Command } from 'commander';
import type { BodyOf, ModelsView, QuotaView, SpendingList } from '@millrace/client';
import { clientOf, type CliContext, type CommonOptions, talking } from '../context.js';
import { jsonFile, positive, wholeNumber } from '../input/values.js';
import { agoOf, type Column, listed, shown } from '../output/output.js';
import { acting, actOf, type ActOptions } from './acting.js';

type Spending = SpendingList['items'][number];
type Call = ModelsView['calls'][number];

const QUOTA_COLUMNS: readonly Column<QuotaView>[] = [
  { title: 'PROVIDER', of: ({ provider }) => provider },
  { title: 'MODEL', of: ({ model }) => model },
  { title: 'TENANT', of: ({ tenant }) => tenant },
  { title: 'REQUESTS', of: ({ requests }) => requests },
  { title: 'TOKENS', of: ({ tokens }) => tokens },
  { title: 'PER MS', of: ({ perMs }) => perMs, wide: true },
  { title: 'AT ONCE', of: ({ concurrency }) => concurrency },
  { title: 'RUNNING', of: ({ running }) => running },
  { title: 'WAITING', of: ({ waiting }) => waiting },
  { title: 'PAUSED UNTIL', of: ({ pausedUntil }) => pausedUntil },
];

const SPENDING_COLUMNS: readonly Column<Spending>[] = [
  { title: 'DAY', of: ({ day }) => day },
  { title: 'TENANT', of: ({ tenant }) => tenant },
  { title: 'PIPELINE', of: ({ pipeline }) => pipeline },
  { title: 'PROVIDER', of: ({ provider }) => provider },
  { title: 'MODEL', of: ({ model }) => model },
  { title: 'CALLS', of: ({ calls }) => calls },
  { title: 'INPUT', of: ({ input }) => input },
  { title: 'OUTPUT', of: ({ output }) => output },
  // A cost that is unknown is no cost of zero.
  { title: 'MONEY', of: ({ money, calls, unpriced }) => (unpriced === calls ? 'unknown' : money) },
  { title: 'UNPRICED', of: ({ unpriced }) => unpriced },
  { title: 'ESTIMATED', of: ({ estimated }) => estimated },
  { title: 'UNKNOWN', of: ({ unknown }) => unknown },
];

const CALL_COLUMNS: readonly Column<Call>[] = [
  { title: 'CALL', of: ({ id }) => id },
  { title: 'STATUS', of: ({ status }) => status },
  { title: 'PROVIDER', of: ({ provider }) => provider },
  { title: 'MODEL', of: ({ model }) => model },
  { title: 'TENANT', of: ({ tenant }) => tenant },
  { title: 'SINCE', of: ({ since }) => agoOf(since, Date.now()) },
];

interface QuotaOptions extends CommonOptions, ActOptions {
  readonly tenant?: string;
  readonly requests?: number;
  readonly tokens?: number;
  readonly concurrency?: number;
}

interface BudgetOptions extends CommonOptions, ActOptions {
  readonly per: BodyOf<'setModelBudget'>['per'];
  readonly tokens?: number;
  readonly money?: number;
  readonly calls?: number;
  readonly tenant?: string;
  readonly pipeline?: string;
  readonly provider?: string;
  readonly model?: string;
  readonly atLimit: NonNullable<BodyOf<'setModelBudget'>['atLimit']>;
}

export function modelCommands(program: Command, context: CliContext): void {
  const { terminal } = context;
  const model = program
    .command('model')
    .alias('models')
    .description('quotas, budgets and prices of models, and what was spent');
  talking(model.command('quotas'))
    .description('list the quotas, and what waits for them')
    .action(async (options: CommonOptions) => {
      const { quotas } = await clientOf(terminal, options).models.get();
      const name = ({ provider, model: of, tenant }: QuotaView) => `${provider}/${of}/${tenant}`;
      terminal.out(listed({ items: quotas, columns: QUOTA_COLUMNS, name }, options.output));
      if (quotas.length === 0) terminal.say('No quotas.\n');
    });
  talking(model.command('calls'))
    .description('list the calls that are under way, and those whose end is unknown')
    .action(async (options: CommonOptions) => {
      const { calls } = await clientOf(terminal, options).models.get();
      terminal.out(listed({ items: calls, columns: CALL_COLUMNS, name: ({ id }) => id }, options.output));
      if (calls.length === 0) terminal.say('No calls.\n');
    });
  talking(model.command('spending'))
    .description('list what was spent, by day, tenant, pipeline and model')
    .option('--from <day>', 'the first day (UTC), as 2026-01-31')
    .option('--to <day>', 'the last day (UTC)')
    .option('--tenant <name>', 'only of this tenant')
    .option('--pipeline <name>', 'only of this pipeline')
    .action(async (options: CommonOptions & { from?: string; to?: string; tenant?: string; pipeline?: string }) => {
      const { from, to, tenant, pipeline } = options;
      const { items } = await clientOf(terminal, options).models.spending({ from, to, tenant, pipeline });
      terminal.out(listed({ items, columns: SPENDING_COLUMNS, name: ({ day }) => day }, options.output));
      if (items.length === 0) terminal.say('Nothing was spent.\n');
    });
  settingCommands(model, context);
}

function settingCommands(model: Command, { terminal }: CliContext): void {
  acting(talking(model.command('quota')))
    .description(
      'set what a provider allows for a model a minute, over all processes; without a limit the quota is removed',
    )
    .argument('<provider>', 'as MODEL_PROVIDER names it; * for all')
    .argument('<model>', 'the model; * for all')
    .option('--tenant <name>', 'a quota of this tenant alone')
    .option('--requests <n>', 'the most calls a minute', wholeNumber('--requests'))
    .option('--tokens <n>', 'the most tokens a minute', wholeNumber('--tokens'))
    .option('--concurrency <n>', 'the most calls at once', wholeNumber('--concurrency'))
    .action(async (provider: string, name: string, options: QuotaOptions) => {
      const { tenant, requests, tokens, concurrency } = options;
      const body = { provider, model: name, tenant, requests, tokens, concurrency, ...actOf(options) };
      const view = await clientOf(terminal, options).models.quota(body);
      const limits = [requests && `${requests} calls`, tokens && `${tokens} tokens`].filter(Boolean).join(', ');
      const text = () =>
        `${provider}/${name}/${view.tenant}  ${limits ? `${limits} a minute` : ''}${concurrency ? ` ${concurrency} at once` : ''}`.trim();
      terminal.out(shown(view, options.output, { name, text }));
    });
  acting(talking(model.command('budget')))
    .description('set what may be spent; without a limit the budget is removed')
    .argument('<name>')
    .option('--per <what>', 'the limits are for each call, step, run, day, or in total', 'day')
    .option('--tokens <n>', 'the most tokens', wholeNumber('--tokens'))
    .option('--money <n>', 'the most money, in the currency of the price table', positive('--money'))
    .option('--calls <n>', 'the most calls of a model', wholeNumber('--calls'))
    .option('--tenant <name>', 'only calls of this tenant')
    .option('--pipeline <name>', 'only calls of this pipeline')
    .option('--provider <name>', 'only calls of this provider')
    .option('--model <name>', 'only calls of this model')
    .option('--at-limit <what>', 'warn, cheaper, wait or stop', 'stop')
    .action(async (name: string, options: BudgetOptions) => {
      const { per, tokens, money, calls, tenant, pipeline, provider, model: of, atLimit } = options;
      const which = { tenant, pipeline, provider, model: of };
      const body = { name, per, tokens, money, calls, ...which, atLimit, ...actOf(options) };
      const view = await clientOf(terminal, options).models.budget(body);
      terminal.out(
        shown(view, options.output, { name, text: () => `${name}  per ${view.per}, at the limit ${view.atLimit}` }),
      );
    });
  acting(talking(model.command('prices')))
    .description('set the price table from a JSON file: version, currency, prices')
    .argument('<file>')
    .action(async (file: string, options: CommonOptions & ActOptions) => {
      const table = (await jsonFile(file, terminal)) as BodyOf<'setModelPrices'>;
      const view = await clientOf(terminal, options).models.prices({ ...table, ...actOf(options) });
      const text = () => `version ${view.version}: ${view.prices.length} prices in ${view.currency}`;
      terminal.out(shown(view, options.output, { name: view.version, text }));
    });
}
