import { type Handles, type In, type Out, Stage } from '@millrace/stage';
import { Injectable } from '@nestjs/common';
import { sign } from './contracts.js';

@Injectable()
export class Signatures {
  readonly usual = 'Yours, Millrace';
}

/** A stage that is a class, for what needs dependency injection, guards or interceptors: a NestJS controller. */
@Stage(sign)
export class SignStage implements Handles<typeof sign> {
  constructor(private readonly signatures: Signatures) {}

  handle({ text }: In<typeof sign>): Out<typeof sign> {
    return { text: `${text} ${this.signatures.usual}` };
  }
}
