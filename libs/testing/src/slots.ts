import {
  dropReason,
  type SlotChanges,
  slotFor,
  type SlotGrant,
  type SlotRequest,
  replaceReason,
  type SlotNotice,
} from '@millrace/pipeline/engine';

interface SlotHolder extends SlotRequest {
  active: boolean;
  leaving: boolean;
}

/** Keeps in memory which runs have a concurrency slot, in the order in which they asked, as the store keeps it in a table. */
export class Slots {
  private readonly slots: SlotHolder[] = [];
  private untold: SlotNotice[] = [];

  want(wanted: SlotRequest): SlotGrant {
    const { run, key } = wanted;
    const others = this.slots.filter((one) => one.key === key);
    const active = others.filter((one) => one.active);
    const waiting = others.filter((one) => !one.active && !one.leaving);
    const leaving = active.filter((one) => one.leaving).length;
    const found = slotFor(wanted, { active: active.length, held: waiting.length, leaving });
    const oldest = active.find((one) => !one.leaving);
    const ended = [...(found.endsWaiting ? waiting : []), ...(found.endsOldest && oldest ? [oldest] : [])];
    for (const one of ended) {
      one.leaving = true;
      this.untold.push({ run: one.run, cancel: replaceReason(run) });
    }
    if (found.grant !== 'dropped') this.slots.push({ ...wanted, active: found.grant === 'active', leaving: false });
    return found.grant;
  }

  keep({ ended, wanted }: SlotChanges): void {
    for (const one of wanted) {
      const grant = this.want(one);
      if (grant === 'active') this.untold.push({ run: one.run, cancel: undefined });
      if (grant === 'dropped') this.untold.push({ run: one.run, cancel: dropReason(one.key, one.limit) });
    }
    for (const run of ended) {
      const [left] = this.slots.splice(this.slots.findIndex((one) => one.run === run) >>> 0, 1);
      if (left) this.goOn(left.key);
    }
  }

  /** Returns what runs have to hear. */
  told(): readonly SlotNotice[] {
    const all = this.untold;
    this.untold = [];
    return all;
  }

  private goOn(key: string): void {
    const isOf = (one: SlotHolder) => one.key === key;
    for (const next of this.slots.filter((one) => isOf(one) && !one.active && !one.leaving)) {
      if (this.slots.filter((one) => isOf(one) && one.active).length >= next.limit) return;
      next.active = true;
      this.untold.push({ run: next.run, cancel: undefined });
    }
  }
}
