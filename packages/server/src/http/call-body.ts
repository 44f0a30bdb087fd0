// Reads the body of `POST /v1/realtime/calls`: an SDP offer, or a form with the parts `sdp` and `session` [RT6].

import type { FailureCode, Issue, SessionUpdateConfig } from '@colloquy/protocol';
import { decodeConfig, readObject, refuse } from './routes/minting.ts';

/** Content types of an offer, without parameters. */
export const OFFER_TYPE = 'application/sdp';
export const FORM_TYPE = 'multipart/form-data';

export interface CallBody {
  /** The offer, not read yet. */
  readonly sdp: string;
  readonly session: SessionUpdateConfig | undefined;
}

export type CallBodyRead =
  | { readonly ok: true; readonly value: CallBody }
  | { readonly ok: false; readonly issue: Issue };

const refuseWith = (code: FailureCode, param: string | null, message: string) => refuse({ code, param, message });

/** `body` is text for an offer, bytes for a form. The parts of a form need no type and no file name. */
export async function readCallBody(body: string | Buffer | undefined, contentType: string): Promise<CallBodyRead> {
  if (typeof body !== 'object') return { ok: true, value: { sdp: body ?? '', session: undefined } };
  const form = await formOf(body, contentType);
  if (!form) return refuseWith('invalid_value', null, 'The body is not a valid form.');
  for (const name of form.keys()) {
    if (name !== 'sdp' && name !== 'session')
      return refuseWith('unknown_parameter', null, "The form has a part other than 'sdp' and 'session'.");
    if (form.getAll(name).length > 1) return refuseWith('invalid_value', name, `The form has '${name}' twice.`);
  }
  const [sdp, sessionText] = [await textOf(form.get('sdp')), await textOf(form.get('session'))];
  if (sdp === undefined) return refuseWith('missing_required_parameter', 'sdp', "Missing required parameter: 'sdp'.");
  if (sessionText === undefined) return { ok: true, value: { sdp, session: undefined } };
  const object = readObject(sessionText);
  if (!object.ok) return refuse({ ...object.issue, param: 'session' });
  const config = decodeConfig(object.value);
  return config.ok ? { ok: true, value: { sdp, session: config.session } } : config;
}

async function formOf(body: Buffer, contentType: string): Promise<FormData | undefined> {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    return undefined;
  }
}

/** A part with a file name is a file. */
const textOf = async (part: File | string | null): Promise<string | undefined> =>
  part === null || typeof part === 'string' ? (part ?? undefined) : part.text();
