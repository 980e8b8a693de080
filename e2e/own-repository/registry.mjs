// A registry on this machine that has our packages, as packed, and sends npm elsewhere for all others.
import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/** `tarballs`: the file of each package, by name. `upstream`: the registry that has all others. */
export async function startRegistry({ tarballs, upstream }) {
  const packages = new Map();
  const server = createServer(({ url }, response) => {
    const name = decodeURIComponent(url.slice(1));
    const tarball = [...tarballs.values()].find((file) => url === `/-/ours/${basename(file)}`);
    if (tarball !== undefined) response.end(readFileSync(tarball));
    else if (tarballs.has(name)) response.end(JSON.stringify(packages.get(name)));
    else response.writeHead(302, { location: new URL(url.slice(1), upstream).href }).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${server.address().port}/`;
  for (const [name, file] of tarballs) packages.set(name, described(file, address));
  return { address, close: () => server.close() };
}

function described(file, address) {
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }));
  const { name, version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  const dist = { tarball: `${address}-/ours/${basename(file)}`, integrity };
  return { name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
