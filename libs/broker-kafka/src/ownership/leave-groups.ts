import type { GroupMember, KafkaAccess } from '../config.js';
import { Clients } from '../kafkajs.js';

/**
 * Takes members out of their groups that cannot leave themselves, because their process was killed: without it the others
 * wait for the end of their session. A member that has left already is passed over.
 */
export async function leaveGroups(access: KafkaAccess, members: readonly GroupMember[]): Promise<void> {
  using clients = new Clients(access);
  const cluster = clients.cluster();
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    const leave = async ({ group, memberId }: GroupMember): Promise<void> => {
      const coordinator = await cluster.findGroupCoordinator({ groupId: group });
      await coordinator.leaveGroup({ groupId: group, memberId });
    };
    await Promise.allSettled(members.map(leave));
  } finally {
    await cluster.disconnect();
  }
}
