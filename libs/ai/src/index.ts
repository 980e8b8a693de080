export { type CallOptions, capped, InsteadOf, MAX_TEXT, Usage } from './llm/answer.js';
export { citationsIn, withoutCitations } from './text/citations.js';
export {
  ModelAnswerCut,
  ModelAnswerInvalid,
  ModelAnswerTooLarge,
  ModelBusy,
  ModelDataInvalid,
  ModelDeclined,
  ModelError,
  ModelPersonNeeded,
  ModelRefused,
  ModelRequestRefused,
  ModelTimeout,
  ModelUnavailable,
} from './llm/errors.js';

export { Classification, Classifier, LinearClassifier, ModelFile, UNCLEAR } from './local/classifier.js';
export { type LabelledText, parseCsv, parseExamples } from './text/csv.js';
export { trainClassifier, type Trained, trainFromCsv, type TrainingReport } from './local/train.js';
export { loadClassifier } from './local/load.js';
export { URGENCIES, type Urgency, UrgencyRules, UrgencyTable } from './text/urgency.js';

export { Amount } from './text/amounts.js';
export {
  type DatedText,
  Entities,
  entitiesIn,
  EntityExtractor,
  Extraction,
  maskedCard,
  RuleEntityExtractor,
} from './local/entities.js';
export { type NamedPattern } from './text/patterns.js';
export { Topics } from './text/topics.js';
export { type PersonalDataKind, personalDataIn, type Span } from './text/spans.js';
export { personalDataKinds, redact } from './text/redact.js';
export { type Redacted, redacted } from './text/placeholders.js';
export { asData, injectionSignals, type InjectionSignal } from './text/injection.js';
export { languageOf } from './text/language.js';

export { Article, loadArticles, parseArticle } from './local/articles.js';
export { Bm25Retriever, RetrievedArticle, type RetrieveOptions, Retriever } from './local/retriever.js';
export { Draft, Drafter, DraftRequest, Letter, TemplateDrafter } from './local/drafter.js';
export { ComplianceReviewer, ComplianceFinding, ComplianceReview } from './local/compliance.js';

export { readDataFile } from './data-file.js';
export { llmSettings, ModelEnv, modelFor, type ModelPorts, StageModelRoute } from './config.js';
export { LlmSettings } from './llm/provider.js';
export { Calibration, calibrated, fitCalibration, judge } from './llm/confidence.js';
export { Embedder } from './llm/embedder.js';
export { Llm, type LlmOptions, type ModelQuestion } from './llm/llm.js';
export { NumbersSettings } from './llm/numbers-provider.js';
export { type Ranked, Reranker } from './llm/reranker.js';
export { LlmClassifier, LlmComplianceReviewer, LlmDrafter, LlmEntityExtractor } from './llm/llm-models.js';
export { type DeclaredHop, type HopCondition, type HopName, RouteText } from './route/route-text.js';
export { routed, type RouteHop } from './route/routed.js';
