/** Returns `target`, a path below the gateway, relative to the asked path: a proxy may serve the gateway below any path. */
export const relativeTo = (path: string, target: string): string =>
  '../'.repeat(Math.max(path.split('/').length - 2, 0)) + target;

/** Returns the address in the console of what `/` and `/runs/ID` show, relative to the asked path. Filters stay. */
export function consoleAddressOf(url: string): string {
  const [path = '/', query = ''] = url.split('?', 2);
  const [page = '', id = ''] = path.split('/').filter((part) => part !== '');
  const list = query === '' ? 'console/' : 'console/runs';
  const target = page === 'runs' && id !== '' ? `console/runs/${id}` : list;
  return relativeTo(path, target) + (query === '' ? '' : `?${query}`);
}
