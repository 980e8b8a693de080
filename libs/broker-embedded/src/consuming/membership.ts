import { present } from '@millrace/contracts';
import type { Partition, Subscription } from '../log/catalog.js';

/** A member of a group: it is told which partitions are its own. */
export interface Member {
  own(partition: Partition): void;
  lose(partition: Partition): void;
}

/** Shares the partitions of a topic among the members of a group, moving as few as it can. */
export class Membership {
  readonly #members: Member[] = [];
  readonly #owners = new Map<Partition, Member>();

  constructor(readonly subscription: Subscription) {}

  get size(): number {
    return this.#members.length;
  }

  join(member: Member): void {
    this.#members.push(member);
    this.#share();
  }

  leave(member: Member): void {
    const place = this.#members.indexOf(member);
    if (place < 0) return;
    this.#members.splice(place, 1);
    for (const [partition, owner] of [...this.#owners]) if (owner === member) this.#take(partition, owner);
    this.#share();
  }

  #share(): void {
    if (this.#members.length === 0) return;
    const { partitions } = this.subscription.topic;
    const held = new Map(this.#members.map((member): [Member, Partition[]] => [member, []]));
    for (const [partition, owner] of this.#owners) held.get(owner)?.push(partition);
    const least = Math.floor(partitions.length / this.#members.length);
    let more = partitions.length % this.#members.length;
    const most = [...held].sort(([, a], [, b]) => b.length - a.length);
    const room: Member[] = [];
    for (const [member, own] of most) {
      const due = least + (more-- > 0 ? 1 : 0);
      for (const partition of own.splice(due)) this.#take(partition, member);
      for (let n = own.length; n < due; n++) room.push(member);
    }
    for (const partition of partitions) {
      if (this.#owners.has(partition)) continue;
      const member = present(room.shift(), 'member with room for a partition');
      this.#owners.set(partition, member);
      member.own(partition);
    }
  }

  #take(partition: Partition, owner: Member): void {
    this.#owners.delete(partition);
    owner.lose(partition);
  }
}
