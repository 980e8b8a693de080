import { present } from '@millrace/contracts';
import type { Assigner, PartitionAssigner } from 'kafkajs';
import { z } from 'zod';
import { assignPartitions, type Claim, type GroupMember } from './assignment.js';
import { kafkajs } from '../kafkajs.js';

/** The name of the group protocol in which a partition moves only when its holder has let go of it. */
export const HAND_OVER = 'millrace-hand-over';

/** The claims that a member tells the group whenever it joins. */
export interface Holdings {
  /**
   * The id under which the member was given what it claims. A process whose membership has expired joins under another
   * id, and what it still claims under the old one is void: others may hold it by now.
   */
  readonly memberId: string;
  readonly leaving: boolean;
  readonly claims: readonly Claim[];
}

const VERSION = 1;
const count = z.number().int().min(0);
const UserData = z.object({
  member: z.string(),
  leaving: z.boolean(),
  /** Partition, records in hand, 1 where it is being released. */
  claims: z.array(z.tuple([count, count, z.union([z.literal(0), z.literal(1)])])),
});

export function encodeHoldings({ memberId, leaving, claims }: Holdings): Buffer {
  const userData: z.input<typeof UserData> = {
    member: memberId,
    leaving,
    claims: claims.map(({ partition, inHand, releasing }) => [partition, inHand, releasing ? 1 : 0]),
  };
  return Buffer.from(JSON.stringify(userData));
}

/** Reads what a member told when it joined. What cannot be read claims nothing. */
export function groupMember(id: string, metadata: Buffer): GroupMember {
  try {
    const { userData } = present(kafkajs.AssignerProtocol.MemberMetadata.decode(metadata), 'metadata of the member');
    const { member, leaving, claims } = UserData.parse(JSON.parse(userData.toString()));
    if (member !== id) return { id, leaving, claims: [] };
    return {
      id,
      leaving,
      claims: claims.map(([partition, inHand, releasing]) => ({ partition, inHand, releasing: releasing === 1 })),
    };
  } catch {
    return { id, leaving: false, claims: [] };
  }
}

/** Makes the assigner of one topic's group. `holdings` is asked for at each joining. */
export function handOverAssigner(topic: string, holdings: () => Holdings): PartitionAssigner {
  const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;
  return ({ cluster }): Assigner => ({
    name: HAND_OVER,
    version: VERSION,
    protocol: ({ topics }) => ({
      name: HAND_OVER,
      metadata: MemberMetadata.encode({ version: VERSION, topics, userData: encodeHoldings(holdings()) }),
    }),
    assign: async ({ members }) => {
      const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
      const group = members.map(({ memberId, memberMetadata }) => groupMember(memberId, memberMetadata));
      return [...assignPartitions(partitions, group)].map(([memberId, assigned]) => ({
        memberId,
        memberAssignment: MemberAssignment.encode({
          version: VERSION,
          assignment: { [topic]: [...assigned] },
          userData: Buffer.alloc(0),
        }),
      }));
    },
  });
}
