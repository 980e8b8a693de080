import { languageOf } from '@millrace/ai';
import { type Handles, type In, type Out, Stage, StageFailure } from '@millrace/stage';
import { intake } from './contract.js';
import { customerEmail } from './customer-email.js';

@Stage(intake)
export class IntakeStage implements Handles<typeof intake> {
  async handle(given: In<typeof intake>): Promise<Out<typeof intake>> {
    const email = await customerEmail(given);
    if ('code' in email) throw new StageFailure(email.code, email.message, { kind: 'permanent' });
    const language = await languageOf(`${email.subject}\n${email.text}`);
    return { ...email, ...(language !== 'unknown' && { language }) };
  }
}
