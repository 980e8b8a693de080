// How `nx release` reads and writes our versions: one for all packages, in each package.json. What packages of ours need of
// each other is `*` here, and the exact version in what scripts/pack.mjs makes of them.
import { VersionActions } from 'nx/release';

export default class extends VersionActions {
  validManifestFilenames = ['package.json'];

  get manifest() {
    return `${this.projectGraphNode.data.root}/package.json`;
  }

  async readCurrentVersionFromSourceManifest(tree) {
    return { currentVersion: JSON.parse(tree.read(this.manifest, 'utf8')).version, manifestPath: this.manifest };
  }

  async readCurrentVersionFromRegistry() {
    return null;
  }

  async readCurrentVersionOfDependency() {
    return { currentVersion: null, dependencyCollection: null };
  }

  async updateProjectVersion(tree, version) {
    const manifest = JSON.parse(tree.read(this.manifest, 'utf8'));
    tree.write(this.manifest, JSON.stringify({ ...manifest, version }, null, 2) + '\n');
    return [`${this.manifest}: version ${version}`];
  }

  async updateProjectDependencies() {
    return [];
  }
}
