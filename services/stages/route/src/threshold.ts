/** How sure a classification has to be for a reply to go out without a person, 0 to 1. */
export class Threshold {
  constructor(readonly confidence: number) {}
}
