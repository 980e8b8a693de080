/**
 * Every attribute that a span of Millrace may carry, by OpenTelemetry's conventions where those have a name for it
 * (messaging, GenAI, HTTP). A closed list: no payload and no free text gets into a trace by way of a new name.
 */
export const ATTRIBUTE = {
  messagingSystem: 'messaging.system',
  destination: 'messaging.destination.name',
  destinationPartition: 'messaging.destination.partition.id',
  operationType: 'messaging.operation.type',
  operationName: 'messaging.operation.name',
  /** The run's id. */
  conversation: 'messaging.message.conversation_id',
  messageId: 'messaging.message.id',
  messageCount: 'messaging.batch.message_count',
  consumerGroup: 'messaging.consumer.group.name',
  offset: 'messaging.kafka.offset',

  databaseSystem: 'db.system.name',
  databaseOperation: 'db.operation.name',

  pipeline: 'millrace.pipeline',
  plan: 'millrace.plan',
  run: 'millrace.run',
  status: 'millrace.status',
  step: 'millrace.step',
  /** The item of a map, the round of a loop or the branch of a race. */
  item: 'millrace.item',
  stage: 'millrace.stage',
  attempt: 'millrace.attempt',
  /** The number of a run's steps, and of the attempts that they took together. */
  steps: 'millrace.steps',
  attempts: 'millrace.attempts',
  deadLetter: 'millrace.dead_letter',
  /** The cache had the output of a step: its stage was not asked. */
  cacheHit: 'millrace.cache.hit',

  /** A failure's code. */
  errorType: 'error.type',

  genAiOperation: 'gen_ai.operation.name',
  genAiProvider: 'gen_ai.provider.name',
  genAiRequestModel: 'gen_ai.request.model',
  genAiRequestMaxTokens: 'gen_ai.request.max_tokens',
  genAiRequestTemperature: 'gen_ai.request.temperature',
  genAiResponseModel: 'gen_ai.response.model',
  genAiResponseId: 'gen_ai.response.id',
  genAiFinishReasons: 'gen_ai.response.finish_reasons',
  genAiInputTokens: 'gen_ai.usage.input_tokens',
  genAiOutputTokens: 'gen_ai.usage.output_tokens',
  genAiCacheReadTokens: 'gen_ai.usage.cache_read.input_tokens',
  genAiCacheWriteTokens: 'gen_ai.usage.cache_write.input_tokens',
  genAiReasoningTokens: 'gen_ai.usage.reasoning.output_tokens',
  genAiOutputType: 'gen_ai.output.type',
  /** The run's id. */
  genAiConversation: 'gen_ai.conversation.id',
  genAiPrompt: 'gen_ai.prompt.name',
  /** The content of a call, as JSON: only where it is asked for, and without personal data and secrets. */
  genAiSystemInstructions: 'gen_ai.system_instructions',
  genAiInputMessages: 'gen_ai.input.messages',
  genAiOutputMessages: 'gen_ai.output.messages',
  /** The place in a stage's route that answered: `model`, `cheaper`. */
  routeHop: 'millrace.route.hop',
  /** True for the second question about an answer that did not fit. */
  reask: 'millrace.model.reask',
  /** `provider`, or `kept`: the answer of an earlier call, for which nothing was paid again. */
  answerSource: 'millrace.model.answer',

  httpMethod: 'http.request.method',
  httpRoute: 'http.route',
  urlPath: 'url.path',
  urlScheme: 'url.scheme',
  httpStatus: 'http.response.status_code',
  serverAddress: 'server.address',
  serverPort: 'server.port',
} as const;

export type AttributeName = (typeof ATTRIBUTE)[keyof typeof ATTRIBUTE];
export type AttributeValue = string | number | boolean | readonly string[];
export type SpanAttributes = { readonly [Name in AttributeName]?: AttributeValue | undefined };
