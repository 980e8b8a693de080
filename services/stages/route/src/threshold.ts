/** The confidence from which a reply goes out without a person, 0 to 1. */
export class Threshold {
  constructor(readonly confidence: number) {}
}
