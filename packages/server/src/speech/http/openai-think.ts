// The thinker for endpoints with `/v1/chat/completions` or `/v1/responses`, streamed.

import { ColloquyError } from '@colloquy/protocol';
import type { Thinker } from '../ports.ts';
import { type Endpoint, exchange } from './http-endpoint.ts';
import { readAnswer } from './openai-answer.ts';
import { chatBody, chatReader, type ModelOptions } from './openai-chat.ts';
import { responsesBody, responsesReader } from './openai-responses.ts';
import { toolNames } from './tool-names.ts';

export interface OpenAiThinkerOptions extends ModelOptions {
  readonly endpoint: Endpoint;
  /** The API of the endpoint. */
  readonly api: 'chat' | 'responses';
}

/**
 * A thinker that requests answers from an endpoint. A failure of the endpoint ends the answer with `failed`:
 * `upstream_error`, `upstream_timeout`, or `invalid_tool_call` for a call without a name. Arguments are passed on
 * unchanged.
 */
export function openAiThinker(options: OpenAiThinkerOptions): Thinker {
  const { endpoint, api, model, tools, images } = options;
  const [bodyOf, readerOf] = api === 'chat' ? [chatBody, chatReader] : [responsesBody, responsesReader];
  return {
    name: model,
    capabilities: { tools, images },
    async *think(request, { signal }) {
      const names = toolNames(request.tools, request.config.tool_choice);
      const ask = () => ({
        body: JSON.stringify(bodyOf(request, names, options)),
        contentType: 'application/json',
        accept: 'text/event-stream, application/json',
      });
      try {
        yield* exchange(endpoint, ask, (reply) => readAnswer(reply, readerOf(names)), signal);
      } catch (error) {
        if (!ColloquyError.is(error)) throw error;
        const { code, message } = error as ColloquyError;
        yield { type: 'failed', error: { code, message } };
      }
    },
  };
}
