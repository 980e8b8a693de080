import type { Telemetry } from '@millrace/telemetry';

/** They tell about the process, which is one: the first service's are enough. */
const OF_THE_PROCESS = /^millrace_(process|event_loop)_/;

/** The metrics of several services in this process as one text in Prometheus's format, told apart by the label `service`. */
export async function allMetrics(
  services: readonly { readonly service: string; readonly telemetry: Pick<Telemetry, 'metricsText'> }[],
): Promise<string> {
  const families = new Map<string, { head: string[]; samples: string[] }>();
  for (const [index, { service, telemetry }] of services.entries()) {
    let family = { head: [] as string[], samples: [] as string[] };
    for (const line of (await telemetry.metricsText()).split('\n')) {
      const [, comment, name] = /^# (HELP|TYPE) (\S+)/.exec(line) ?? [];
      if (comment && name) {
        const known = families.get(name);
        family = known ?? { head: [], samples: [] };
        if (!known) families.set(name, family);
        if (!family.head.some((had) => had.startsWith(`# ${comment} `))) family.head.push(line);
        if (index > 0 && OF_THE_PROCESS.test(name)) family = { head: [], samples: [] };
      } else if (line !== '' && !line.startsWith('#')) family.samples.push(labelled(line, service));
    }
  }
  const lines = [...families.values()].flatMap(({ head, samples }) =>
    samples.length > 0 ? [...head, ...samples] : [],
  );
  return `${lines.join('\n')}\n`;
}

/** A sample is `name{labels} value` or `name value`. */
function labelled(sample: string, service: string): string {
  const [, name, labels, rest] = /^([^\s{]+)(?:\{(.*)\})?( .*)$/.exec(sample) ?? [];
  return name === undefined ? sample : `${name}{service="${service}"${labels ? `,${labels}` : ''}}${rest}`;
}
