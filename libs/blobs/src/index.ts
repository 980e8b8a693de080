export { problemOfKeyFile } from './aes-cipher.js';
export { Blobs } from './blobs.js';
export { BlobError, noStore } from './errors.js';
export { type BlobSettings, openBlobs, readBlobLocation } from './open-blobs.js';
export type { BlobCipher, BlobStore } from './port.js';
