export { type CallOptions, capped, InsteadOf, MAX_TEXT, Usage } from './answer.js';
export { citationsIn, withoutCitations } from './citations.js';
export {
  ModelAnswerInvalid,
  ModelBusy,
  ModelDataInvalid,
  ModelError,
  ModelRefused,
  ModelRequestRefused,
  ModelTimeout,
  ModelUnavailable,
} from './errors.js';

export { Classification, Classifier, LinearClassifier, ModelFile, UNCLEAR } from './classifier.js';
export { type LabelledText, parseCsv, parseExamples } from './csv.js';
export { trainClassifier, type Trained, trainFromCsv, type TrainingReport } from './train.js';
export { loadClassifier } from './load.js';
export { URGENCIES, type Urgency, urgencyOf } from './urgency.js';

export { Amount } from './amounts.js';
export {
  Entities,
  entitiesIn,
  EntityExtractor,
  Extraction,
  type ExtractOptions,
  maskedCard,
  RuleEntityExtractor,
} from './entities.js';
export { PRODUCTS, type Product } from './topics.js';
export { type PersonalDataKind, personalDataIn, type Span } from './spans.js';
export { personalDataKinds, redact } from './redact.js';
export { asData, injectionSignals, type InjectionSignal } from './injection.js';
export { languageOf } from './language.js';

export { Article, loadArticles, parseArticle } from './articles.js';
export { Bm25Retriever, RetrievedArticle, type RetrieveOptions, Retriever } from './retriever.js';
export { Draft, Drafter, DraftRequest, type House, MILLBROOK, TemplateDrafter } from './drafter.js';
export { ComplianceReviewer, Finding, Review, RuleComplianceReviewer } from './compliance.js';

export { llmSettings, ModelEnv } from './config.js';
export { LlmSettings } from './provider.js';
export { Llm, type Question } from './llm.js';
export { LlmClassifier, LlmComplianceReviewer, LlmDrafter, LlmEntityExtractor } from './llm-models.js';
export { type Fallback, withFallback } from './fallback.js';
