// A GA client at a beta server, rule by rule.

import { describe, expect, it } from 'vitest';
import type { ClientEvent } from '../wire/realtime-client-events.ts';
import { createBetaUpstreamState, toBetaClientEvent, toGaServerEvents } from './beta.ts';
import type { BetaServerEvent } from './beta-server-events.ts';

const toBeta = (event: object) => toBetaClientEvent(event as ClientEvent);
function received(...events: object[]) {
  let state = createBetaUpstreamState();
  return events.flatMap((event) => {
    const step = toGaServerEvents(state, event as BetaServerEvent);
    state = step.state;
    return step.events as unknown as Record<string, unknown>[];
  });
}

describe('toBetaClientEvent', () => {
  it('[BT3] flattens a session and leaves out what beta cannot say', () => {
    const audio = { input: { format: { type: 'audio/pcma' }, turn_detection: null }, output: { voice: 'ash' } };
    const session = { type: 'realtime', output_modalities: ['audio'], audio, truncation: 'auto', max_output_tokens: 7 };
    expect(toBeta({ type: 'session.update', event_id: 'e', session })).toEqual({
      type: 'session.update',
      event_id: 'e',
      session: {
        modalities: ['audio', 'text'],
        input_audio_format: 'g711_alaw',
        turn_detection: null,
        voice: 'ash',
        max_response_output_tokens: 7,
      },
    });
    expect(toBeta({ type: 'session.update', session: { type: 'transcription', audio } })).toEqual({
      type: 'transcription_session.update',
      session: { input_audio_format: 'g711_alaw', turn_detection: null },
    });
  });

  it('[BT6] says text and audio where GA says audio', () => {
    expect(toBeta({ type: 'response.create', response: { output_modalities: ['audio'], prompt: null } })).toEqual({
      type: 'response.create',
      response: { modalities: ['audio', 'text'] },
    });
    expect(toBeta({ type: 'response.create' })).toEqual({ type: 'response.create' });
  });

  it('[BT3] renames the parts of an item; an item beta does not have is not said', () => {
    const content = [{ type: 'output_text', text: 't' }];
    expect(toBeta({ type: 'conversation.item.create', item: { type: 'message', role: 'assistant', content } })).toEqual(
      {
        type: 'conversation.item.create',
        item: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 't' }] },
      },
    );
    expect(toBeta({ type: 'conversation.item.create', item: { type: 'mcp_approval_response' } })).toBeUndefined();
    expect(toBeta({ type: 'response.cancel' })).toEqual({ type: 'response.cancel' });
  });
});

describe('toGaServerEvents', () => {
  it('[BT4] says added and done for an item that came whole', () => {
    const item = { type: 'message', role: 'user', id: 'a', content: [{ type: 'input_text', text: 'hi' }] };
    expect(received({ type: 'conversation.item.created', event_id: 'e', item })).toEqual([
      { type: 'conversation.item.added', event_id: 'e', previous_item_id: null, item },
      { type: 'conversation.item.done', event_id: 'e_done', previous_item_id: null, item },
    ]);
  });

  it("[BT4] says done of a response's item when the response is done with it, with the name of its call", () => {
    const item = { type: 'function_call', id: 'f', name: 'look', call_id: 'c', arguments: '' };
    const events = received(
      { type: 'response.output_item.added', event_id: '1', response_id: 'r', item },
      { type: 'conversation.item.created', event_id: '2', previous_item_id: 'a', item },
      { type: 'response.function_call_arguments.done', event_id: '3', item_id: 'f', arguments: '{}' },
      { type: 'response.output_item.done', event_id: '4', response_id: 'r', item },
    );
    expect(events.map((event) => event.type)).toEqual([
      'response.output_item.added',
      'conversation.item.added',
      'response.function_call_arguments.done',
      'conversation.item.done',
      'response.output_item.done',
    ]);
    expect(events[2]).toMatchObject({ name: 'look' });
    expect(events[3]).toMatchObject({ previous_item_id: 'a', event_id: '4_done' });
  });

  it('[BT3] nests sessions and responses, renames deltas and parts, and keeps what it does not know', () => {
    const session = {
      id: 's',
      object: 'realtime.session',
      modalities: ['text', 'audio'],
      voice: 'ash',
      temperature: 1,
    };
    const response = { id: 'r', modalities: ['text'], output_audio_format: 'pcm16', output: [] };
    const item = { type: 'message', role: 'assistant', id: 'b', content: [{ type: 'audio', transcript: 't' }] };
    expect(
      received(
        { type: 'session.created', session },
        { type: 'conversation.created', conversation: { id: 'c' } },
        { type: 'transcription_session.updated', session: { id: 's', input_audio_format: 'pcm16' } },
        { type: 'response.done', response },
        { type: 'response.audio_transcript.delta', item_id: 'b', delta: 'd' },
        { type: 'conversation.item.retrieved', item },
        { type: 'something.else', a: 1 },
        { type: 'error', error: { type: 'x', message: "Invalid 'session.voice'.", param: 'session.voice' } },
      ),
    ).toEqual([
      {
        type: 'session.created',
        session: {
          type: 'realtime',
          id: 's',
          object: 'realtime.session',
          output_modalities: ['audio'],
          audio: { output: { voice: 'ash' } },
        },
      },
      {
        type: 'session.updated',
        session: { type: 'transcription', id: 's', audio: { input: { format: { type: 'audio/pcm', rate: 24000 } } } },
      },
      {
        type: 'response.done',
        response: {
          id: 'r',
          output: [],
          output_modalities: ['text'],
          audio: { output: { format: { type: 'audio/pcm', rate: 24000 } } },
        },
      },
      { type: 'response.output_audio_transcript.delta', item_id: 'b', delta: 'd' },
      {
        type: 'conversation.item.retrieved',
        item: { ...item, content: [{ type: 'output_audio', transcript: 't' }] },
      },
      { type: 'something.else', a: 1 },
      {
        type: 'error',
        error: { type: 'x', message: "Invalid 'session.audio.output.voice'.", param: 'session.audio.output.voice' },
      },
    ]);
  });
});
