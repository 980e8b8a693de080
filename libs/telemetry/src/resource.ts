import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';

/** What a service's spans and metrics say about where they come from. */
export interface Resources {
  /** Of this process. */
  readonly process: Resource;
  /** Of what any process of the service could tell in the same words: without the id of an instance. */
  readonly service: Resource;
}

/** Makes the resource of a service. OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME win, as OpenTelemetry has it. */
export function resourcesOf(of: {
  readonly service: string;
  readonly version: string | undefined;
  readonly attributes: Readonly<Record<string, string>> | undefined;
}): Resources {
  const own = resourceFromAttributes({
    'service.name': of.service,
    ...(of.version !== undefined && { 'service.version': of.version }),
    ...of.attributes,
  });
  const said = detectResources({ detectors: [envDetector] });
  const process = detectResources({ detectors: [serviceInstanceIdDetector] })
    .merge(own)
    .merge(said);
  const { 'service.instance.id': _, ...shared } = process.attributes;
  return { process, service: resourceFromAttributes(shared) };
}
