/** Returns the media type of a `Content-Type` header in lower case, without its parameters; empty where there is no header. */
export function mediaTypeOf(contentType: string | undefined): string {
  const [type = ''] = (contentType ?? '').split(';', 1);
  return type.trim().toLowerCase();
}
