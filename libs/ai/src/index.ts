export { type CallOptions, capped, InsteadOf, MAX_TEXT, Usage } from './llm/answer.js';
export { citationsIn, withoutCitations } from './text/citations.js';
export {
  ModelAnswerInvalid,
  ModelBusy,
  ModelDataInvalid,
  ModelError,
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
  Entities,
  entitiesIn,
  EntityExtractor,
  Extraction,
  type ExtractOptions,
  maskedCard,
  RuleEntityExtractor,
} from './local/entities.js';
export { type NamedPattern } from './text/patterns.js';
export { Topics } from './text/topics.js';
export { type PersonalDataKind, personalDataIn, type Span } from './text/spans.js';
export { personalDataKinds, redact } from './text/redact.js';
export { asData, injectionSignals, type InjectionSignal } from './text/injection.js';
export { languageOf } from './text/language.js';

export { Article, loadArticles, parseArticle } from './local/articles.js';
export { Bm25Retriever, RetrievedArticle, type RetrieveOptions, Retriever } from './local/retriever.js';
export { Draft, Drafter, DraftRequest, Letter, TemplateDrafter } from './local/drafter.js';
export { ComplianceReviewer, ComplianceFinding, ComplianceReview } from './local/compliance.js';

export { readDataFile } from './data-file.js';
export { llmSettings, ModelEnv } from './config.js';
export { LlmSettings } from './llm/provider.js';
export { Llm, type ModelQuestion } from './llm/llm.js';
export { LlmClassifier, LlmComplianceReviewer, LlmDrafter, LlmEntityExtractor } from './llm/llm-models.js';
export { type ModelFallback, withFallback } from './llm/fallback.js';
