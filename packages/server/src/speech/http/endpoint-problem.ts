// Explains why an endpoint of a cascade fails, and how to fix it.

import type { ColloquyError } from '@colloquy/protocol';
import { readFrame } from '@colloquy/protocol';
import type { EndpointConfig } from './cascade-config.ts';
import { type EndpointFault, faultOf } from './endpoint-fault.ts';
import { type Endpoint, readAll } from './http-endpoint.ts';
import { field, listField } from './json-fields.ts';

export type EndpointProblem =
  | 'misconfigured'
  | 'unreachable'
  | 'unauthorized'
  | 'wrong_model'
  | 'not_found'
  | 'refused'
  | 'timeout'
  | 'not_streaming'
  | 'wrong_audio'
  | 'wrong_answer';

/** A problem, and one or two sentences with its cause and fix. */
export interface Finding {
  readonly problem: EndpointProblem;
  readonly message: string;
}

/** Explains a failed request. Requests the server's list of models if the model's name may be the cause. */
export async function explain(error: ColloquyError, endpoint: Endpoint, config: EndpointConfig): Promise<Finding> {
  const { message } = error;
  const fault = faultOf(error);
  switch (fault?.fault) {
    case 'unreachable':
      return {
        problem: 'unreachable',
        message: `${message} ${CONNECTION_HINTS.get(fault.reason) ?? 'Is the address right?'}`,
      };
    case 'timeout':
      return { problem: 'timeout', message };
    case 'status':
      return explainStatus(message, fault, endpoint, config);
    case 'content':
      return { problem: fault.reason.includes('audio') ? 'wrong_audio' : 'wrong_answer', message };
    default:
      return { problem: 'wrong_answer', message };
  }
}

const CONNECTION_HINTS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ECONNREFUSED: 'Nothing listens there: is the server running, and the port right?',
    ENOTFOUND: 'There is no such host name.',
    ERR_BARRED_PORT: 'No browser and no fetch dials that port: use another.',
    EAI_AGAIN: 'Names cannot be looked up: is there a network?',
    ECONNRESET: 'It hung up: does it want https?',
    UND_ERR_SOCKET: 'It hung up: does it want https?',
  }),
);

async function explainStatus(
  message: string,
  { status, reason }: Extract<EndpointFault, { fault: 'status' }>,
  endpoint: Endpoint,
  config: EndpointConfig,
): Promise<Finding> {
  if (status === 401 || status === 403) {
    const hint =
      endpoint.key === undefined ? "No key is configured: set 'key_env' or 'key_file'." : 'Is its key right?';
    return { problem: 'unauthorized', message: `${message} ${hint}` };
  }
  const isAboutModel = reason === 'model_not_found' || reason === 'DeploymentNotFound';
  if (status !== 404 && status !== 400 && !isAboutModel) return { problem: 'refused', message };
  const models = await listModels(endpoint);
  if (isAboutModel || (models && !models.includes(config.model))) {
    const known = models?.length ? ` It has ${models.slice(0, 10).join(', ')}.` : '';
    return { problem: 'wrong_model', message: `${message} It has no model of the configured name.${known}` };
  }
  if (status !== 404) return { problem: 'refused', message };
  return { problem: 'not_found', message: `${message} The address is wrong, or the model's name.` };
}

/** Names of models from the server; `undefined` if it lists none. */
async function listModels({ url, key }: Endpoint): Promise<string[] | undefined> {
  const address = new URL(url);
  address.pathname = address.pathname.replace(
    /\/(?:chat\/completions|responses|audio\/(?:speech|transcriptions))$/,
    '/models',
  );
  try {
    const response = await fetch(address, {
      redirect: 'manual',
      signal: AbortSignal.timeout(5000),
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    });
    const bytes = response.ok && response.body ? await readAll(response.body, 1024 * 1024) : undefined;
    const read = bytes && readFrame(bytes, false);
    if (!read?.ok) return undefined;
    const names = listField(read.value, 'data').map((model) => field(model, 'id'));
    return names.filter((name): name is string => typeof name === 'string' && /^[\w./:-]{1,100}$/.test(name));
  } catch {
    return undefined; // // optional detail of the report
  }
}
