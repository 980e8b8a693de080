import { readFileSync } from 'node:fs';
import { present } from '@millrace/contracts';
import { AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, ResourcePatternTypes } from 'kafkajs';
import { loadPlan } from '@millrace/pipeline/engine';
import { supportEmail } from '@millrace/support-email';
import { ROOT } from '../processes.js';
import { STAGES } from '../installation.js';

/** One line of the table in docs/how-to/operate.md: there is no other list of rights. */
interface Right {
  readonly who: string;
  readonly resource: string;
  readonly names: readonly string[];
  readonly operations: readonly string[];
}

const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, text]) => text ?? []);

const [, chapter] = readFileSync(`${ROOT}/docs/how-to/operate.md`, 'utf8').split('\n## Access\n');
const [table] = present(chapter, 'chapter "Access" in docs/how-to/operate.md').split(/(?<=^\|.*)\n\n/m);

export const rights: readonly Right[] = present(table, 'table of rights')
  .split('\n')
  .filter((line) => line.startsWith('|') && line.includes('`'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, who = '', resource = '', names = '', operations = '']) => ({
    who,
    resource,
    names: codes(names),
    operations: operations.split(', '),
  }));

const plan = loadPlan(supportEmail.plan);
/** The stages to which a stage of the support pipeline hands a run on. */
const handsTo = (stage: string): readonly string[] =>
  plan.order.flatMap((name) => {
    const step = plan.step(name);
    if (step.kind !== 'stage' || step.stage !== stage) return [];
    return plan.successors(name).flatMap((next) => {
      const after = plan.step(next);
      return plan.isHandedOff(next) && after.kind === 'stage' ? [after.stage] : [];
    });
  });

/** Every account that the table needs here, with the stage that it is for. */
export const ACCOUNTS: readonly { readonly user: string; readonly who: string; readonly stage?: string }[] = [
  ...['coordinator', 'gateway', 'asks', 'listens'].map((user) => ({ user, who: user })),
  ...STAGES.map((stage) => ({ user: stage, who: 'a stage', stage })),
];

const RESOURCES: Readonly<Record<string, AclResourceTypes>> = {
  topics: AclResourceTypes.TOPIC,
  groups: AclResourceTypes.GROUP,
  'transactional ids': AclResourceTypes.TRANSACTIONAL_ID,
  cluster: AclResourceTypes.CLUSTER,
};
const OPERATIONS: Readonly<Record<string, AclOperationTypes>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};

/** The table as Kafka's rules for these accounts. */
function aclsFor(prefix: string) {
  return ACCOUNTS.flatMap(({ user, who, stage = '' }) =>
    rights
      .filter((right) => right.who === who || right.who === 'all services')
      .filter((right) => right.who !== 'all services' || !['asks', 'listens'].includes(who))
      .flatMap(({ resource, names, operations }) =>
        names
          .flatMap((name) =>
            name.includes('<next>') ? handsTo(stage).map((next) => name.replace('<next>', next)) : name,
          )
          .map((name) => name.replaceAll('<prefix>', prefix).replaceAll('<name>', stage))
          .flatMap((name) =>
            operations.map((operation) => ({
              resourceType: present(RESOURCES[resource], `resource "${resource}"`),
              resourceName: name.replace(/\*$/, ''),
              resourcePatternType: name.endsWith('*') ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
              principal: `User:${user}`,
              host: '*',
              operation: present(OPERATIONS[operation], `operation "${operation}"`),
              permissionType: AclPermissionTypes.ALLOW,
            })),
          ),
      ),
  );
}

/** Gives each account what the table says, and nothing else. */
export async function grant(brokers: string, prefix: string): Promise<void> {
  const kafka = new Kafka({ brokers: [brokers], sasl: { mechanism: 'plain', username: 'admin', password: 'admin' } });
  const admin = kafka.admin();
  await admin.connect();
  await admin.createAcls({ acl: aclsFor(prefix) });
  await admin.disconnect();
}
