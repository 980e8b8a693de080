import { calibrated, fitCalibration, Llm, LlmClassifier } from '../index.js';
import { calibrationError } from '../local/calibration.js';
import { fakeProvider } from '../testing/fake-provider.js';

/** Answers of a model that states 0.9 or 0.5 and is right in 60 and 20 of 100 cases. */
const boastful = Array.from({ length: 200 }, (_, n) =>
  n < 100 ? { confidence: 0.9, correct: n % 100 < 60 } : { confidence: 0.5, correct: n % 100 < 20 },
);

test('a model that is too sure of itself is taken at what it has shown', () => {
  const calibration = fitCalibration(boastful, 'large');
  expect(calibrated(calibration, 0.9)).toBeCloseTo(0.6, 1);
  expect(calibrated(calibration, 0.5)).toBeCloseTo(0.2, 1);
  const after = boastful.map(({ confidence, correct }) => ({
    confidence: calibrated(calibration, confidence),
    correct,
  }));
  expect(calibrationError(boastful)).toBeGreaterThan(0.25);
  expect(calibrationError(after)).toBeLessThan(0.02);
});

test('the curve never falls, and a few lucky answers are no certainty', () => {
  const odd = [0.1, 0.2, 0.2, 0.4, 0.9, 0.95].map((confidence, n) => ({ confidence, correct: n % 2 === 0 }));
  const { points } = fitCalibration(odd, 'm');
  expect(points.map(({ right }) => right)).toEqual(points.map(({ right }) => right).toSorted((a, b) => a - b));
  expect(calibrated(fitCalibration([{ confidence: 1, correct: true }], 'm'), 1)).toBeLessThan(0.7);
});

test('the confidence of the model that was measured is calibrated, and of no other', async () => {
  const content = { label: 'lost', confidence: 0.9, alternatives: [] };
  await using provider = await fakeProvider({ reply: () => ({ is: 'answer', content }) });
  const calibration = fitCalibration(boastful, 'large');
  const confidenceOf = async (model: string) => {
    const llm = new Llm({ provider: 'openai-compatible', url: provider.url, model });
    const { signal } = new AbortController();
    return (await new LlmClassifier(llm, ['lost', 'found'], calibration).classify('x', { signal })).confidence;
  };
  expect(await confidenceOf('large')).toBeCloseTo(0.6, 1);
  expect(await confidenceOf('small')).toBe(0.9);
});
