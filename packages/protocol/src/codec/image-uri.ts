// Parses data URIs of images, or returns one sentence about the error.

import { quote } from '../schema/check.ts';
import { base64Length } from './base64.ts';

/** Longest text before the data, in characters: a media type and some parameters. */
const MAX_HEAD_LENGTH = 256;

/** Media types by the names clients give them. */
const MEDIA_TYPES: ReadonlyMap<string, string> = new Map([
  ['image/png', 'image/png'],
  ['image/jpeg', 'image/jpeg'],
  ['image/jpg', 'image/jpeg'],
]);

/** A data URI in its canonical form, or why the text is none that a session takes. */
export type ImageUri = { ok: true; uri: string } | { ok: false; reason: string };

/**
 * Reads the data URI of a PNG or JPEG image. Case of the scheme and the media type does not matter, `image/jpg` is `image/jpeg`,
 * parameters such as `charset` are dropped. `uri` begins with `data:image/png;base64,` or `data:image/jpeg;base64,`, and is the
 * given text where that does already. A `reason` completes a sentence about the field; it holds no image.
 *
 * @see SPEC.md CV19, RFC 2397
 */
export function readImageUri(text: string): ImageUri {
  if (!/^data:/i.test(text)) return wrong('must be a data URI; addresses are not fetched');
  const comma = text.slice(0, MAX_HEAD_LENGTH).indexOf(',');
  if (comma < 0) return wrong(`must have a comma within ${MAX_HEAD_LENGTH} characters, before its data`);
  const [type = '', ...parameters] = text.slice('data:'.length, comma).toLowerCase().split(';');
  const mediaType = MEDIA_TYPES.get(type);
  if (!mediaType) return wrong(`has the media type '${quote(type)}'; supported are 'image/png' and 'image/jpeg'`);
  if (parameters.at(-1) !== 'base64') return wrong("must be encoded in base64, with ';base64' before the comma");
  const data = text.slice(comma + 1);
  const bytes = base64Length(data);
  if (bytes === undefined) return wrong('is not valid base64 after the comma');
  if (bytes === 0) return wrong('has no data after the comma');
  const head = `data:${mediaType};base64,`;
  return { ok: true, uri: text.startsWith(head) ? text : head + data };
}

const wrong = (reason: string): ImageUri => ({ ok: false, reason });
