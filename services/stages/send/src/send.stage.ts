import type { In, Out } from '@millrace/pipeline';
import { type Handles, Stage, StageFailure, type StageRun } from '@millrace/stage';
import { send } from './contract.js';
import { Postbox } from './postbox.js';
import { replyTo } from './reply.js';

@Stage(send)
export class SendStage implements Handles<typeof send> {
  constructor(private readonly postbox: Postbox) {}

  async handle(given: In<typeof send>, run: StageRun): Promise<Out<typeof send>> {
    const reply = replyTo(given, run.idempotencyKey, this.postbox.from);
    if (reply === undefined) {
      throw new StageFailure('NO_RECIPIENT', 'The message names no address to answer to.', { kind: 'permanent' });
    }
    const delivered = await this.postbox.deliver(reply, run.signal);
    return { messageId: reply.messageId, to: reply.to.address, ...delivered };
  }
}
