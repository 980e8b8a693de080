import { SPANS, type SpanRow } from './trace-table.js';

const said = (names: readonly string[]): string =>
  names
    .map((name) => (/[A-Z]/.test(name) || name.includes(' ') || name === 'accepted' ? `\`${name}\`` : name))
    .join(', ') || '–';

const row = ({ span, toldBy, kind, parents, links, time }: SpanRow): string =>
  `| \`${span}\` | ${toldBy} | ${kind} | ${said(parents)} | ${said(links)} | ${time} |`;

/** Writes docs/reference/traces.md from the table that code and tests are held to. */
export const tracesPage = (): string => `# Traces

<!-- Written by npm run generate from libs/telemetry/src/traces-page.ts. -->

A run is one trace. Its services export spans by OTLP over HTTP where \`OTEL_EXPORTER_OTLP_ENDPOINT\` is set; without it they make
no span. \`npx millrace run get RUN\`, the console and \`GET /v1/runs/RUN\` show the trace id.

## What is in a trace

Words in capitals are placeholders. In Jaeger a parent is CHILD_OF; a link is FOLLOWS_FROM, and never to the parent.
\`caller\` is a span of the caller; a span with the parent \`none\` is the first of its trace. \`e2e/src/traces.integration.ts\` compares every
span in a real Jaeger with this table.

| span | told by | kind | parent | links | its time |
| --- | --- | --- | --- | --- | --- |
${SPANS.map(row).join('\n')}

- An item of a map, a round of a loop and a branch of a race have their own spans: \`step embed item 3\`. From item 100 on they
  share the name \`step embed item 100+\`, because backends keep a list of all names; \`millrace.item\` has the number.
- HTTP calls of a stage (\`fetch\` and \`node:http\`, so calls of models too) carry the \`traceparent\` of their attempt. A call with
  its own \`traceparent\` keeps it.
- Spans contain codes, names, ids and numbers. They contain no payload, message or setting. The attributes are a closed list:
  \`libs/telemetry/src/attributes.ts\`.

## The trace of a caller

A run continues the trace of its caller: the caller’s span (\`traceparent\` of the HTTP request, or of the record on \`intake\`) is the
parent. A run that is certain to wait has its own trace, linked to the caller’s: a run that starts a minute or more from
now (\`startAt\`), or whose pipeline has a review, a signal or a sleep of a minute or more in every run. Chunks of a long map have
their own traces, linked to the trace of their parent; all other child runs are part of their parent’s trace.

Without a caller, the trace id follows from the run’s id.

## When the span of a run is exported

\`run PIPELINE\` is exported when the run ends, or when it first waits: for a person, a signal, a time, a retry more than a minute
away, a redrive, a concurrency slot. Until then the trace has one span without its parent: \`accepted\`. All other spans are children
of \`accepted\`, which is exported when the run is accepted. So late spans, after a wait or after the end, have a
parent that exists. \`accepted\` lasts one microsecond and every other span at least two: Jaeger moves a child that is not longer
than its parent into its parent’s time, and calls that clock skew. A run that has waited has a \`whole run\` when it ends.

## Times

Times are microseconds of the system clock. Times from a run’s history are whole milliseconds: those of \`run\`, \`whole run\`, \`wait\` and
\`back off\`. The first two begin at the start of their first millisecond and end with the end of their last one, so that all spans of the run lie
within them.

## What a crash leaves

- \`run\`, \`accepted\` and \`whole run\` reach the collector before the coordinator publishes the commands of the batch. If the
  coordinator crashes before that, the next owner of the partition exports them again, with the same content and the same ids, which
  are one span for Jaeger. No run lacks its root, and no span its parent. They carry no \`service.instance.id\`: they
  belong to the run and not to a process.
- While the collector is away, no service waits for it: spans are dropped, and the log says so once.
- All other spans are exported with the next batch, within half a second. A killed process loses the spans of its last
  half second, with those of attempts that it had finished. The next owner repeats an unfinished attempt
  and exports its span; the span of an attempt is exported before those of its hand-offs.

\`e2e/src/traces.integration.ts\` sends 600 runs through five \`kill -9\`, of two coordinators and two processes of stages, and reads every
trace from Jaeger: none is without a root, no span is without its parent, and Jaeger has no warning of clock skew.

## What tracing costs

\`npm run bench -- --systems millrace-kafka,millrace-traced --works seven-steps\` measures the same runs without and with spans,
in turns; the collector reads and drops the spans. With spans it carried 0.72 times as many runs a second (294 against 407, medians of
four rounds; 0.45 to 0.91 in a round). The median time of a single run was 77 ms in both cases, and its p95 286 ms against 214 ms. Client,
servers and other work shared the two cores, at a load average of 18. A sampler lowers the cost with the share of runs that it keeps.

## Settings

\`OTEL_SERVICE_NAME\` and \`OTEL_RESOURCE_ATTRIBUTES\` replace the service’s own name and attributes; in a process with several
services all of them get that name. \`service.version\` is the version of Millrace; \`service.instance.id\` is new for each process.
\`OTEL_TRACES_SAMPLER\` and \`OTEL_TRACES_SAMPLER_ARG\` are those of OpenTelemetry. Give all services the same values: only the trace id
and the caller’s flag count, so all services then decide alike.
`;
