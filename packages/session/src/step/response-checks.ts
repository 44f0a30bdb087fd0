// Validates a `response.create` before anything changes [RS5, RS6, RS36, OB5, OB6].

import type { Issue, RealtimeResponseCreateParams } from '@colloquy/protocol';
import { contextItem, isReference } from './context.ts';
import { printableId } from './draft.ts';
import { checkLabels, checkTools } from './mcp-policy.ts';
import { checkToolChoice, checkVoice } from './session-config.ts';
import type { SessionState } from './state.ts';
import { checkSpeaking } from './voice-support.ts';

/** The first reason to refuse a response with these parameters, or `undefined`. */
export function checkResponse(state: SessionState, params: RealtimeResponseCreateParams): Issue | undefined {
  if (state.kind === 'transcription') {
    const message = 'Responses cannot be created in a transcription session.';
    return { code: 'invalid_value', param: 'type', message };
  }
  const tools = params.tools ?? state.config.tools;
  const outOfBand = params.conversation === 'none';
  const voice = params.audio?.output?.voice;
  return (
    checkTools(params.tools, 'response.tools') ??
    checkLabels(state.mcp.labels, params.tools, 'response.tools') ??
    checkToolChoice(params.tool_choice, tools, 'response.tool_choice') ??
    checkInput(state, params.input ?? []) ??
    checkSpeaking(state.speaking, voice ? { voice } : undefined, 'response.audio.output') ??
    (voice && !outOfBand ? checkVoice(state, voice) : undefined) ??
    (outOfBand ? checkOutOfBand(state) : checkActive(state)) ??
    checkDraining(state)
  );
}

/** References must name existing items [OB5]. */
function checkInput(state: SessionState, input: NonNullable<RealtimeResponseCreateParams['input']>): Issue | undefined {
  for (const [index, item] of input.entries()) {
    if (!isReference(item) || contextItem(state, item.id)) continue;
    const message = `The item with id '${printableId(item.id)}' does not exist.`;
    return { code: 'item_not_found', param: `response.input[${index}].id`, message };
  }
  return undefined;
}

function checkActive({ responses }: SessionState): Issue | undefined {
  const active = responses.find((response) => !response.out_of_band);
  if (!active) return undefined;
  const message = `Conversation already has an active response in progress: ${active.id}. Wait until the response is finished before creating a new one.`;
  return { code: 'conversation_already_has_active_response', param: null, message };
}

function checkOutOfBand({ responses, limits }: SessionState): Issue | undefined {
  if (responses.filter((response) => response.out_of_band).length < limits.out_of_band) return undefined;
  const message = `At most ${limits.out_of_band} out-of-band responses can run at once.`;
  return { code: 'limit_exceeded', param: null, message };
}

function checkDraining({ phase }: SessionState): Issue | undefined {
  if (phase !== 'draining') return undefined;
  return { code: 'draining', param: null, message: 'The server is shutting down.' };
}
