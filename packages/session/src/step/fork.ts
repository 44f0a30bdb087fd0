// What a new session needs to go on from the state of another one: its conversation and its settings.

import type { RealtimeConversationItem, SessionUpdateConfig } from '@colloquy/protocol';
import { itemById } from './conversation.ts';
import type { HistoryItem } from './history.ts';
import { getItem, idsInOrder } from './item-table.ts';
import { pendingApproval } from './mcp-state.ts';
import type { SessionState } from './state.ts';
import { step } from './step.ts';
import { checkSpeaking, type Speaking } from './voice-support.ts';

/**
 * The conversation, as after a cancel of the active response. Without the lists of MCP servers, which the new session requests
 * itself, approval requests that wait for an answer, and turns that are still being spoken.
 */
export function historyOf(state: SessionState): HistoryItem[] {
  const rested = state.responses.some(({ out_of_band }) => !out_of_band)
    ? step(state, { at: state.at, from: 'client', event: { type: 'response.cancel' } }).state
    : state;
  return [...idsInOrder(rested.items)].flatMap((id) => {
    const { audio, format, response_id } = getItem(rested.items, id)!;
    const item = itemById(rested, id)!;
    return response_id !== null || !isCarried(rested, item) ? [] : [{ item, audio_bytes: audio, format }];
  });
}

function isCarried({ mcp }: SessionState, { id = '', type }: RealtimeConversationItem): boolean {
  return type !== 'mcp_list_tools' && !(type === 'mcp_approval_request' && pendingApproval(mcp, id));
}

/** The settings as an update for a new session; a voice or speed that `speaking` does not support is left out. */
export function settingsOf(state: SessionState, speaking?: Speaking): SessionUpdateConfig {
  const { kind, config } = state;
  const { audio, include, ...rest } = config;
  if (kind === 'transcription')
    return { type: 'transcription', audio: { input: audio.input }, include } as SessionUpdateConfig;
  const { voice, speed, ...output } = audio.output;
  const supported = {
    ...(!checkSpeaking(speaking, { voice }, '') && { voice }),
    ...(!checkSpeaking(speaking, { speed }, '') && { speed }),
  };
  return {
    ...{ type: 'realtime', ...rest, include },
    audio: { input: audio.input, output: { ...output, ...supported } },
  } as SessionUpdateConfig;
}
