import fc from 'fast-check';
import { encodeHoldings, groupMember } from './assigner.js';
import { assignPartitions, type Claim, type GroupMember } from './assignment.js';
import { kafkajs } from '../kafkajs.js';

const SEED = 20_261_129;
const runs = { seed: SEED, numRuns: 500 };

interface Group {
  readonly partitions: readonly number[];
  readonly members: readonly GroupMember[];
}

/** A group in any state: some partitions are held, some by several members, some do not exist any more. */
const anyGroup: fc.Arbitrary<Group> = fc
  .record({
    count: fc.integer({ min: 0, max: 24 }),
    members: fc.array(
      fc.record({
        leaving: fc.boolean(),
        claims: fc.uniqueArray(
          fc.record({
            partition: fc.integer({ min: 0, max: 30 }),
            inHand: fc.integer({ min: 0, max: 9 }),
            releasing: fc.boolean(),
          }),
          { selector: ({ partition }) => partition, maxLength: 12 },
        ),
      }),
      { maxLength: 8 },
    ),
  })
  .map(({ count, members }) => ({
    partitions: Array.from({ length: count }, (_, i) => i),
    members: members.map((member, i) => ({ id: `member-${i}`, ...member })),
  }));

/** Such a group as the protocol lets it become: each partition has one holder at most. */
const sound = anyGroup.map(({ partitions, members }) => {
  const taken = new Set<number>();
  const first = ({ partition }: Claim): boolean => partitions.includes(partition) && !taken.has(partition);
  return {
    partitions,
    members: members.map((member) => {
      const claims = member.claims.filter(first);
      for (const { partition } of claims) taken.add(partition);
      return { ...member, claims };
    }),
  };
});

const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, number) => sum + number, 0);

/** The fewest partitions that staying members have to give up, over all ways in which the balance can be had. */
function fewestMoves({ partitions, members }: Group): number {
  const held = members.filter(({ leaving }) => !leaving).map(({ claims }) => claims.length);
  if (held.length === 0) return 0;
  const share = Math.floor(partitions.length / held.length);
  const remainder = partitions.length % held.length;
  let fewest = Infinity;
  for (let chosen = 0; chosen < 2 ** held.length; chosen++) {
    const more = held.map((_, i) => (chosen >> i) & 1);
    if (total(more) === remainder)
      fewest = Math.min(fewest, total(held.map((count, i) => Math.max(0, count - share - more[i]!))));
  }
  return fewest;
}

/** Lets one holder after the other give up what it has to, until nobody has to: the generations that this takes. */
function settle(group: Group): { generations: number; moves: number; members: readonly GroupMember[] } {
  let { members } = group;
  let moves = 0;
  for (let generations = 1; ; generations++) {
    const assigned = assignPartitions(group.partitions, members);
    members = members.map((member) => {
      const mine = new Set(assigned.get(member.id));
      const held = new Map(member.claims.map((claim) => [claim.partition, claim]));
      const kept = member.claims.map((claim) => ({ ...claim, releasing: !mine.has(claim.partition) }));
      const fresh = [...mine].filter((partition) => !held.has(partition));
      return {
        ...member,
        claims: [...kept, ...fresh.map((partition) => ({ partition, inHand: 0, releasing: false }))],
      };
    });
    const giver = members.find(({ claims }) => claims.some(({ releasing }) => releasing));
    if (!giver) return { generations, moves, members };
    if (!giver.leaving) moves++;
    const gone = giver.claims.find(({ releasing }) => releasing)!;
    members = members.map((member) =>
      member === giver ? { ...member, claims: member.claims.filter((claim) => claim !== gone) } : member,
    );
  }
}

describe('an assignment', () => {
  test('gives each partition to one member at most, and to none while another one holds it', () => {
    fc.assert(
      fc.property(anyGroup, ({ partitions, members }) => {
        const assigned = [...assignPartitions(partitions, members)].flatMap(([id, all]) =>
          all.map((partition) => ({ id, partition })),
        );
        expect(new Set(assigned.map(({ partition }) => partition)).size).toBe(assigned.length);
        for (const { id, partition } of assigned) {
          expect(partitions).toContain(partition);
          const others = members.filter(
            (one) => one.id !== id && one.claims.some((claim) => claim.partition === partition),
          );
          expect(others).toEqual([]);
        }
      }),
      runs,
    );
  });

  test('gives every partition that nobody holds to somebody, as long as somebody stays', () => {
    fc.assert(
      fc.property(anyGroup, ({ partitions, members }) => {
        const assigned = new Set([...assignPartitions(partitions, members).values()].flat());
        const held = new Set(members.flatMap(({ claims }) => claims.map(({ partition }) => partition)));
        const stays = members.some(({ leaving }) => !leaving);
        for (const partition of partitions) if (!held.has(partition)) expect(assigned.has(partition)).toBe(stays);
      }),
      runs,
    );
  });

  test('is the same whatever the order in which members and claims are named', () => {
    fc.assert(
      fc.property(anyGroup, ({ partitions, members }) => {
        const reversed = [...members].reverse().map((one) => ({ ...one, claims: [...one.claims].reverse() }));
        const sorted = (map: ReadonlyMap<string, readonly number[]>) =>
          [...map].map(([id, all]) => [id, [...all].sort((a, b) => a - b)]).sort();
        expect(sorted(assignPartitions([...partitions].reverse(), reversed))).toEqual(
          sorted(assignPartitions(partitions, members)),
        );
      }),
      runs,
    );
  });

  test('comes to rest after as many generations as partitions move, balanced within one, with the fewest moves', () => {
    fc.assert(
      fc.property(sound, (group) => {
        const releases = total(group.members.map(({ leaving, claims }) => (leaving ? claims.length : 0)));
        const { generations, moves, members } = settle(group);
        expect(moves).toBe(fewestMoves(group));
        expect(generations).toBe(1 + moves + releases);
        const held = members.filter(({ leaving }) => !leaving).map(({ claims }) => claims.length);
        if (held.length === 0) return;
        expect(Math.max(...held) - Math.min(...held)).toBeLessThanOrEqual(1);
        expect(total(held)).toBe(group.partitions.length);
      }),
      runs,
    );
  });

  test('changes nothing for members that hold their share, whoever asks again', () => {
    fc.assert(
      fc.property(sound, (group) => {
        const { members } = settle(group);
        const again = settle({ ...group, members });
        expect([again.generations, again.moves]).toEqual([1, 0]);
      }),
      runs,
    );
  });

  test('moves what is released already, and of the rest what has least in hand', () => {
    const claims: Claim[] = [
      { partition: 0, inHand: 9, releasing: true },
      { partition: 1, inHand: 5, releasing: false },
      { partition: 2, inHand: 1, releasing: false },
      { partition: 3, inHand: 7, releasing: false },
    ];
    const members = [
      { id: 'a', claims, leaving: false },
      { id: 'b', claims: [], leaving: false },
    ];
    expect(assignPartitions([0, 1, 2, 3], members).get('a')).toEqual([3, 1]);
  });
});

describe('what a member tells the group', () => {
  const { MemberMetadata } = kafkajs.AssignerProtocol;
  const metadata = (userData: Buffer) => MemberMetadata.encode({ version: 1, topics: ['t'], userData });
  const holdings = { memberId: 'me', leaving: true, claims: [{ partition: 3, inHand: 2, releasing: true }] };

  test('is read as it was told', () => {
    expect(groupMember('me', metadata(encodeHoldings(holdings)))).toEqual({
      id: 'me',
      leaving: true,
      claims: holdings.claims,
    });
  });

  test('counts for nothing once its membership has expired', () => {
    expect(groupMember('another', metadata(encodeHoldings(holdings))).claims).toEqual([]);
  });

  test('claims nothing where it is garbage, whatever the bytes', () => {
    const nothing = { id: 'me', leaving: false, claims: [] };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(groupMember('me', Buffer.from(bytes))).toEqual(nothing);
        expect(groupMember('me', metadata(Buffer.from(bytes)))).toEqual(nothing);
      }),
      runs,
    );
    const odd = ['null', '{}', '{"member":"me","leaving":false,"claims":[[-1,0,0]]}', '{"member":"me","claims":{}}'];
    for (const text of odd) expect(groupMember('me', metadata(Buffer.from(text)))).toEqual(nothing);
  });
});
