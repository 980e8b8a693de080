import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from '@opentelemetry/resources';

/** The resources that a service's spans and metrics name as their source. */
export interface Resources {
  /** The resource of this process. */
  readonly process: Resource;
  /** The resource of spans that any process of the service could record: it has no instance id. */
  readonly service: Resource;
}

/** Makes the resource of a service. OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME win, as OpenTelemetry has it. */
export function resourcesOf(options: {
  readonly service: string;
  readonly version: string | undefined;
  readonly attributes: Readonly<Record<string, string>> | undefined;
}): Resources {
  const own = resourceFromAttributes({
    'service.name': options.service,
    ...(options.version !== undefined && { 'service.version': options.version }),
    ...options.attributes,
  });
  const said = detectResources({ detectors: [envDetector] });
  const process = detectResources({ detectors: [serviceInstanceIdDetector] })
    .merge(own)
    .merge(said);
  const { 'service.instance.id': _, ...shared } = process.attributes;
  return { process, service: resourceFromAttributes(shared) };
}
