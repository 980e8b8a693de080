import { type Handles, type In, type Out, Stage } from '@millrace/stage';
import { route } from './contract.js';
import { caseOf, confidenceIn, reasonsFor } from './reasons.js';
import { Threshold } from './threshold.js';

@Stage(route)
export class RouteStage implements Handles<typeof route> {
  constructor(private readonly threshold: Threshold) {}

  handle(input: In<typeof route>): Out<typeof route> {
    const given = caseOf(input);
    const reasons = reasonsFor(given, this.threshold.confidence);
    return {
      review: reasons.length > 0,
      reasons: reasons.map(({ code }) => code),
      why: reasons.map(({ says }) => says),
      threshold: this.threshold.confidence,
      confidence: confidenceIn(given),
    };
  }
}
