import { SPANS, type SpanRow } from './trace-table.js';

const said = (names: readonly string[]): string =>
  names
    .map((name) => (/[A-Z]/.test(name) || name.includes(' ') || name === 'accepted' ? `\`${name}\`` : name))
    .join(', ') || '–';

const row = ({ span, toldBy, kind, parents, links, time }: SpanRow): string =>
  `| \`${span}\` | ${toldBy} | ${kind} | ${said(parents)} | ${said(links)} | ${time} |`;

/** Writes docs/reference/traces.md: what is in it follows from the table that code and tests are held to. */
export const tracesPage = (): string => `# Traces

<!-- Written by npm run generate from libs/telemetry/src/traces-page.ts. -->

A run is one trace. Its services export spans by OTLP over HTTP where \`OTEL_EXPORTER_OTLP_ENDPOINT\` is set; without it no
span is made. \`npx millrace run get RUN\`, the page and \`GET /v1/runs/RUN\` have the trace’s id.

## What is in a trace

Capitals stand for what differs. A parent is always CHILD_OF in Jaeger; a link is FOLLOWS_FROM, and never to the parent.
\`caller\` is a span of somebody else; \`none\` makes a span the first of its trace. \`e2e/src/traces.integration.ts\` holds every
span in a real Jaeger to this table.

| span | told by | kind | parent | links | its time |
| --- | --- | --- | --- | --- | --- |
${SPANS.map(row).join('\n')}

- An item of a map, a round of a loop and a branch of a race have their own spans: \`step embed item 3\`. From item 100 on they
  share \`step embed item 100+\`, because backends keep a list of all names; \`millrace.item\` has the number.
- A stage’s HTTP calls (\`fetch\` and \`node:http\`, so those of models too) carry the \`traceparent\` of their attempt. A call that
  brings one of its own keeps it.
- Spans have codes, names, ids and numbers, and no payload, message or setting. The attributes are a closed list:
  \`libs/telemetry/src/attributes.ts\`.

## Whose trace it is

A run goes on with its caller’s trace: the caller’s span (\`traceparent\` of the HTTP request, or of the record on \`intake\`) is the
parent. A run that is certain to wait has a trace of its own, linked to the caller’s: one that begins a minute or more from
now (\`startAt\`), or whose pipeline has a review, a signal or a sleep of a minute or more in every run. Pages of a large map have
traces of their own, linked to their parent’s; all other child runs are part of their parent’s.

Without a caller the trace’s id follows from the run’s.

## When a run’s span is there

\`run PIPELINE\` is exported when the run ends, or when it first waits: for a person, a signal, a time, a retry more than a minute
away, somebody to redrive it, its turn. Until then the trace has one span without its parent: \`accepted\`. Everything else stands
under \`accepted\`, which is exported when the run is taken on, so that what comes late, after a wait or after the end, is under a
span that is there. \`accepted\` lasts one microsecond and every other span at least two: Jaeger moves a child that is not longer
than its parent into its parent’s time, and calls that clock skew. A run that has waited has a \`whole run\` when it ends.

## Times

Times are microseconds of the system’s clock. Those that a run’s history has are whole milliseconds: \`run\`, \`whole run\`, \`wait\` and
\`back off\`. The first two begin at the beginning of their first millisecond and end with their last, so that nothing within it lies
outside of them.

## What a crash leaves

- \`run\`, \`accepted\` and \`whole run\` are delivered to the collector before the coordinator publishes what the batch asks for. If the
  coordinator dies before, the next owner of the partition tells of them again, in the same words and with the same ids, which
  Jaeger takes for one span. No run is without a root, and no span without its parent. They carry no \`service.instance.id\`: they
  belong to the run and not to a process.
- While the collector is away nobody waits for it: spans are dropped, and the log says so once.
- All other spans are exported with the next batch, within half a second. A process that is killed takes those of its last
  half second with it, among them those of attempts that it had finished. An attempt that it had not finished is done again by
  the next owner, which tells of it; the attempt’s span is exported before those of its hand-offs.

## Settings

\`OTEL_SERVICE_NAME\` and \`OTEL_RESOURCE_ATTRIBUTES\` win over the service’s own name and attributes; in a process with several
services all of them get that name. \`service.version\` is Millrace’s version, \`service.instance.id\` is made anew for each process.
\`OTEL_TRACES_SAMPLER\` and \`OTEL_TRACES_SAMPLER_ARG\` are OpenTelemetry’s; give all services the same: nothing but the trace’s id
and the caller’s flag counts, so all of them decide alike.
`;
