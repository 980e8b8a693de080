import { MillraceClient } from '@millrace/client';

/**
 * The console's own files are in `<path of the gateway>/console/assets/`, wherever a proxy puts the gateway. All other paths
 * follow from that, so that nobody has to configure a sub-path.
 */
const root = new URL('..', import.meta.url);

/** The path below which the console's pages are, without a slash at the end: `/console`. */
export const consolePath = root.pathname.replace(/\/$/, '');

const gateway = new URL('..', root);

/** Returns the address of a path of the gateway, such as `v1/runs/run_1`, to link to. */
export const gatewayUrl = (path: string): string => new URL(path.replace(/^\//, ''), gateway).href;

/** The one way in which the console reaches Millrace. */
export const millrace = new MillraceClient({ url: gateway.href.replace(/\/$/, '') });
