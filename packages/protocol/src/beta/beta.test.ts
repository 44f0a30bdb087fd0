// The beta maps, rule by rule. Whole sessions are bridged in tests/laws/beta-laws.test.ts, real clients in tests/compat.

import { describe, expect, it } from 'vitest';
import { CLIENT_EVENT_TYPES, SERVER_EVENT_TYPES } from '../event-types.ts';
import { ClientEvent } from '../wire/realtime-client-events.ts';
import type { ServerEvent } from '../wire/realtime-server-events.ts';
import {
  BETA_CLIENT_EVENT_TYPES,
  BETA_NAMES,
  BETA_SERVER_EVENT_TYPES,
  type BetaState,
  createBetaState,
  toBetaServerEvents,
  toGaClientEvent,
} from './beta.ts';

const fresh = createBetaState();

/** What a beta event becomes, or the code and path it is refused with. */
function toGa(event: object, state = fresh): unknown {
  const mapped = toGaClientEvent(state, event);
  return mapped.ok ? mapped.event : [mapped.issue.code, mapped.issue.param];
}
const update = (session: object) => {
  const event = toGa({ type: 'session.update', event_id: 'e', session }) as { session: unknown };
  return Array.isArray(event) ? event : event.session;
};
const create = (response: object) => {
  const event = toGa({ type: 'response.create', event_id: 'e', response }) as { response: unknown };
  return Array.isArray(event) ? event : event.response;
};

/** What a GA stream becomes, one event after the other. */
function translated(events: object[], state: BetaState = fresh): Record<string, unknown>[] {
  const seen: Record<string, unknown>[] = [];
  for (const event of events) {
    const step = toBetaServerEvents(state, event as ServerEvent);
    state = step.state;
    seen.push(...step.events);
  }
  return seen;
}
const tell = (event: object, state?: BetaState) => translated([event], state)[0];
const item = (id: string, more: object = {}) => ({
  type: 'message',
  role: 'user',
  id,
  object: 'realtime.item',
  status: 'completed',
  content: [{ type: 'input_text', text: id }],
  ...more,
});
const added = (id: string, previous_item_id: string | null, more: object = {}) => ({
  type: 'conversation.item.added',
  event_id: `event_${id}`,
  previous_item_id,
  item: item(id, more),
});
const listing = (id: string, previous_item_id: string | null) => ({
  type: 'conversation.item.added',
  previous_item_id,
  item: { type: 'mcp_list_tools', id, server_label: 's', tools: [] },
});
const session = {
  type: 'realtime',
  object: 'realtime.session',
  id: 'sess_1',
  model: 'm',
  output_modalities: ['audio'],
  instructions: 'be kind',
  tools: [
    { type: 'function', name: 'f' },
    { type: 'mcp', server_label: 's' },
  ],
  tool_choice: 'auto',
  max_output_tokens: 'inf',
  tracing: null,
  truncation: 'auto',
  prompt: null,
  expires_at: 9,
  audio: {
    input: {
      format: { type: 'audio/pcmu' },
      transcription: { model: 'whisper-1', language: null, prompt: null, keywords: ['k'] },
      noise_reduction: null,
      turn_detection: { type: 'server_vad', threshold: 0.5, idle_timeout_ms: null, create_response: true },
    },
    output: { format: { type: 'audio/pcm', rate: 24000 }, voice: 'marin', speed: 1 },
  },
  include: null,
} as const;

describe('beta client events', () => {
  it('[BT3] nests a flat session, and needs no type', () => {
    expect(
      update({
        modalities: ['text', 'audio'],
        instructions: 'be kind',
        voice: 'alloy',
        speed: 1.1,
        input_audio_format: 'g711_ulaw',
        output_audio_format: 'pcm16',
        input_audio_transcription: { model: 'whisper-1' },
        input_audio_noise_reduction: { type: 'near_field' },
        turn_detection: null,
        tools: [{ name: 'f', parameters: { $schema: 'x' } }],
        tool_choice: 'required',
        max_response_output_tokens: 4096,
        tracing: 'auto',
      }),
    ).toEqual({
      type: 'realtime',
      instructions: 'be kind',
      output_modalities: ['audio'],
      audio: {
        output: { voice: 'alloy', format: { type: 'audio/pcm', rate: 24000 }, speed: 1.1 },
        input: {
          format: { type: 'audio/pcmu' },
          transcription: { model: 'whisper-1' },
          noise_reduction: { type: 'near_field' },
          turn_detection: null,
        },
      },
      tools: [{ type: 'function', name: 'f', parameters: { $schema: 'x' } }],
      tool_choice: 'required',
      max_output_tokens: 4096,
      tracing: 'auto',
    });
    expect(update({})).toEqual({ type: 'realtime' });
  });

  it('[BT3] what it makes is a GA event by the schema of GA', () => {
    for (const event of [
      { type: 'session.update', session: { modalities: ['text'], temperature: 0.8, input_audio_format: 'g711_alaw' } },
      { type: 'transcription_session.update', session: { input_audio_transcription: { model: 'whisper-1' } } },
      { type: 'response.create', response: { voice: 'ash', input: [{ type: 'item_reference', id: 'a' }] } },
      { type: 'response.create' },
      { type: 'conversation.item.create', item: item('a', { content: [{ type: 'text', text: 'a' }] }) },
    ])
      expect(ClientEvent.check(toGa(event), 'server'), JSON.stringify(event)).toBeUndefined();
  });

  it('[BT6] audio with or without text is audio, text alone is text', () => {
    const modalities = (input: string[]) =>
      (update({ modalities: input }) as { output_modalities: unknown }).output_modalities;
    expect(modalities(['audio'])).toEqual(['audio']);
    expect(modalities(['audio', 'text'])).toEqual(['audio']);
    expect(modalities(['text'])).toEqual(['text']);
    expect(modalities([])).toEqual([]);
    expect(update({ modalities: ['video'] })).toEqual(['invalid_value', 'session.modalities[0]']);
  });

  it('[BT7] takes a temperature from 0.6 to 1.2 out of the event, and refuses any other', () => {
    const mapped = toGaClientEvent(fresh, { type: 'session.update', session: { temperature: 1.2 } });
    expect(mapped).toMatchObject({ ok: true, temperature: 1.2, event: { session: { type: 'realtime' } } });
    expect(update({ temperature: 0.6 })).toEqual({ type: 'realtime' });
    expect(update({ temperature: 0.59 })).toEqual(['decimal_below_min_value', 'session.temperature']);
    expect(update({ temperature: 1.21 })).toEqual(['decimal_above_max_value', 'session.temperature']);
    expect(update({ temperature: 'hot' })).toEqual(['invalid_type', 'session.temperature']);
    expect(create({ temperature: 2 })).toEqual(['decimal_above_max_value', 'response.temperature']);
  });

  it('[BT8] the kind of a transcription session is in the name of the event', () => {
    expect(
      toGa({ type: 'transcription_session.update', session: { input_audio_format: 'pcm16', include: [] } }),
    ).toEqual({
      type: 'session.update',
      session: { type: 'transcription', audio: { input: { format: { type: 'audio/pcm', rate: 24000 } } }, include: [] },
    });
    expect(toGa({ type: 'transcription_session.update', session: { voice: 'ash' } })).toEqual([
      'unknown_parameter',
      'session.voice',
    ]);
  });

  it('[BT9] refuses what only GA has, at its beta path', () => {
    for (const [name, value] of Object.entries({
      output_modalities: ['text'],
      audio: {},
      max_output_tokens: 3,
      truncation: 'auto',
      prompt: { id: 'p' },
      include: [],
      reasoning: {},
      parallel_tool_calls: true,
    })) {
      expect(update({ [name]: value })).toEqual(['unknown_parameter', `session.${name}`]);
    }
    expect(update({ turn_detection: { type: 'server_vad', idle_timeout_ms: 6000 } })).toEqual([
      'unknown_parameter',
      'session.turn_detection.idle_timeout_ms',
    ]);
    expect(update({ tools: [{ type: 'mcp', server_label: 's' }] })).toEqual(['invalid_value', 'session.tools[0].type']);
    expect(create({ audio: {} })).toEqual(['unknown_parameter', 'response.audio']);
    expect(create({ input: [item('a', { content: [{ type: 'input_image' }] })] })).toEqual([
      'invalid_value',
      'response.input[0].content[0].type',
    ]);
    const offered = (input: object) => toGa({ type: 'conversation.item.create', item: input });
    expect(offered({ type: 'mcp_approval_response' })).toEqual(['invalid_value', 'item.type']);
    expect(offered(item('a', { content: [{ type: 'input_text' }, { type: 'input_image' }] }))).toEqual([
      'invalid_value',
      'item.content[1].type',
    ]);
  });

  it('[BT9] a session sent back as it was received is taken, its read-only keys without effect', () => {
    const sent = tell({ type: 'session.created', session })?.session as object;
    expect(update(sent)).toMatchObject({ type: 'realtime', output_modalities: ['audio'] });
    expect(update({ ...sent, client_secret: null })).not.toHaveProperty('client_secret');
  });

  it('[BT10] response.create takes modalities, voice, format, temperature and tokens by either name', () => {
    expect(
      create({
        modalities: ['text', 'audio'],
        voice: 'ash',
        output_audio_format: 'g711_alaw',
        temperature: 0.7,
        max_response_output_tokens: 5,
        conversation: 'none',
        metadata: { a: 'b' },
        input: [item('a', { role: 'assistant', content: [{ type: 'text', text: 't' }] })],
      }),
    ).toEqual({
      output_modalities: ['audio'],
      audio: { output: { voice: 'ash', format: { type: 'audio/pcma' } } },
      max_output_tokens: 5,
      conversation: 'none',
      metadata: { a: 'b' },
      input: [item('a', { role: 'assistant', content: [{ type: 'output_text', text: 't' }] })],
    });
    expect(create({ max_output_tokens: 6, max_response_output_tokens: 5 })).toEqual({ max_output_tokens: 6 });
    expect(toGa({ type: 'response.create', event_id: 'e', response: null })).toMatchObject({ response: null });
  });

  it('[BT3] parts take the names of the side that speaks', () => {
    const parts = (role: string, ...types: string[]) => {
      const event = {
        type: 'conversation.item.create',
        item: item('a', { role, content: types.map((type) => ({ type })) }),
      };
      return (toGa(event) as { item: { content: { type: string }[] } }).item.content.map((part) => part.type);
    };
    expect(parts('assistant', 'text', 'audio', 'output_text')).toEqual(['output_text', 'output_audio', 'output_text']);
    expect(parts('user', 'text', 'input_audio', 'audio')).toEqual(['input_text', 'input_audio', 'input_audio']);
    expect(parts('system', 'text')).toEqual(['input_text']);
  });

  it('[BT3] everything else goes on as it stands, whatever it is', () => {
    for (const event of [
      { type: 'input_audio_buffer.append', audio: 'AAAA' },
      { type: 'nonsense' },
      { type: 7 },
      { type: 'conversation.item.create', item: 'no item' },
      { type: 'constructor' },
      {},
    ])
      expect(toGa(event)).toEqual(event);
    for (const event of [null, 3, 'text', []]) expect(toGaClientEvent(fresh, event)).toMatchObject({ ok: true, event });
    expect(toGa({ type: 'session.update' })).toEqual(['missing_required_parameter', 'session']);
    expect(toGa({ type: 'session.update', session: null })).toEqual(['invalid_type', 'session']);
  });
});

describe('beta server events', () => {
  it('[BT3] flattens a session, without its type and with its temperature', () => {
    expect(tell({ type: 'session.created', event_id: 'e1', session })).toEqual({
      type: 'session.created',
      event_id: 'e1',
      session: {
        id: 'sess_1',
        object: 'realtime.session',
        model: 'm',
        expires_at: 9,
        instructions: 'be kind',
        modalities: ['audio', 'text'],
        voice: 'marin',
        output_audio_format: 'pcm16',
        speed: 1,
        input_audio_format: 'g711_ulaw',
        input_audio_transcription: { model: 'whisper-1' },
        input_audio_noise_reduction: null,
        turn_detection: { type: 'server_vad', threshold: 0.5, create_response: true },
        tools: [{ type: 'function', name: 'f' }],
        tool_choice: 'auto',
        max_response_output_tokens: 'inf',
        tracing: null,
        temperature: 0.8,
      },
    });
  });

  it('[BT8] a transcription session has its own answer', () => {
    const transcription = {
      type: 'transcription',
      id: 's',
      object: 'realtime.transcription_session',
      audio: { input: {} },
    };
    expect(tell({ type: 'session.updated', session: transcription })).toEqual({
      type: 'transcription_session.updated',
      session: { id: 's', object: 'realtime.transcription_session' },
    });
  });

  it('[BT5] announces the conversation only when asked to, right after the session', () => {
    const types = (state?: BetaState) =>
      translated([{ type: 'session.created', event_id: 'e', session }], state).map((each) => each.type);
    expect(types()).toEqual(['session.created']);
    expect(types(createBetaState({ conversation_id: 'conv_1' }))).toEqual(['session.created', 'conversation.created']);
  });

  it('[BT3] has a name, a map or nothing for every GA event, and makes no name that beta lacks', () => {
    expect(Object.keys(BETA_NAMES).sort()).toEqual([...SERVER_EVENT_TYPES].sort());
    const made = new Set(Object.values(BETA_NAMES).filter((name) => name !== 'mapped' && name !== 'none'));
    for (const name of made) expect(BETA_SERVER_EVENT_TYPES).toContain(name);
    expect(BETA_CLIENT_EVENT_TYPES.filter((name) => !(CLIENT_EVENT_TYPES as readonly string[]).includes(name))).toEqual(
      ['transcription_session.update'],
    );
    const delta = { response_id: 'r', item_id: 'i', output_index: 0, content_index: 0, delta: 'd' };
    for (const kind of ['text', 'audio', 'audio_transcript'])
      expect(tell({ type: `response.output_${kind}.delta`, ...delta })).toEqual({
        type: `response.${kind}.delta`,
        ...delta,
      });
  });

  it('[BT4] says an item once, when it takes its place', () => {
    const done = { type: 'conversation.item.done', previous_item_id: null, item: item('a') };
    expect(translated([added('a', null), done])).toEqual([
      { type: 'conversation.item.created', event_id: 'event_a', previous_item_id: null, item: item('a') },
    ]);
  });

  it('[BT3] assistant parts lose their prefix, in items and in responses', () => {
    const content = [
      { type: 'output_text', text: 't' },
      { type: 'output_audio', transcript: 's' },
    ];
    const plain = [
      { type: 'text', text: 't' },
      { type: 'audio', transcript: 's' },
    ];
    const spoken = item('a', { role: 'assistant', content });
    expect(tell({ type: 'conversation.item.retrieved', item: spoken })).toMatchObject({ item: { content: plain } });
    expect(tell({ type: 'response.output_item.done', item: spoken })).toMatchObject({ item: { content: plain } });
    expect(tell({ type: 'response.done', response: { id: 'r', output: [spoken] } })).toMatchObject({
      response: { output: [{ content: plain }] },
    });
    expect(tell({ type: 'response.content_part.added', part: { type: 'audio', transcript: '' } })).toEqual({
      type: 'response.content_part.added',
      part: { type: 'audio', transcript: '' },
    });
  });

  it('[BT3] flattens a response', () => {
    const response = {
      object: 'realtime.response',
      id: 'r',
      status: 'completed',
      status_details: null,
      output: [],
      conversation_id: 'c',
      output_modalities: ['text'],
      max_output_tokens: 'inf',
      audio: { output: { voice: 'ash', format: { type: 'audio/pcma' } } },
      usage: null,
      metadata: null,
    };
    const { output_modalities: _, audio: __, ...rest } = response;
    expect(tell({ type: 'response.done', response })).toEqual({
      type: 'response.done',
      response: { ...rest, modalities: ['text'], voice: 'ash', output_audio_format: 'g711_alaw', temperature: 0.8 },
    });
    expect(tell({ type: 'response.function_call_arguments.done', call_id: 'c', name: 'f', arguments: '{}' })).toEqual({
      type: 'response.function_call_arguments.done',
      call_id: 'c',
      arguments: '{}',
    });
  });

  it('[BT9] leaves out what beta does not have, and speaks only of items it has told of', () => {
    const seen = translated([
      added('a', null),
      listing('hidden_1', 'a'),
      listing('hidden_2', 'hidden_1'),
      added('b', 'hidden_2'),
      { type: 'input_audio_buffer.committed', item_id: 'c', previous_item_id: 'hidden_1' },
      { type: 'conversation.item.deleted', item_id: 'hidden_1' },
      { type: 'conversation.item.deleted', item_id: 'a' },
      { type: 'response.mcp_call.completed', item_id: 'x' },
      { type: 'input_audio_buffer.timeout_triggered', item_id: 'x' },
      { type: 'conversation.item.input_audio_transcription.segment', item_id: 'x' },
      { type: 'response.output_item.added', item: { type: 'mcp_call', id: 'm' } },
      { type: 'an.event.of.tomorrow' },
      { type: 'toString' },
    ]);
    expect(seen.map((event) => [event.type, event.previous_item_id])).toEqual([
      ['conversation.item.created', null],
      ['conversation.item.created', 'a'],
      ['input_audio_buffer.committed', 'a'],
      ['conversation.item.deleted', undefined],
    ]);
  });

  it('[BT9] leaves out images, and counts parts without them', () => {
    const content = [
      { type: 'input_image', image_url: 'data:' },
      { type: 'input_audio', transcript: null },
    ];
    const seen = translated([
      added('a', null, { content }),
      {
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: 'a',
        content_index: 1,
        transcript: 't',
      },
      {
        type: 'conversation.item.input_audio_transcription.completed',
        item_id: 'a',
        content_index: 0,
        transcript: 't',
      },
      { type: 'conversation.item.input_audio_transcription.delta', item_id: 'b', content_index: 1, delta: 't' },
    ]);
    expect(seen).toHaveLength(3);
    expect(seen[0]).toMatchObject({ item: { content: [{ type: 'input_audio' }] } });
    expect(seen.slice(1).map((event) => event.content_index)).toEqual([0, 1]);
  });

  it('[BT3] an error names the path the client wrote', () => {
    const param = (input: string) => {
      const error = { type: 'x', code: 'c', message: `Unknown parameter: '${input}'.`, param: input, event_id: null };
      return (tell({ type: 'error', error }) as { error: { param: string; message: string } }).error;
    };
    for (const [ga, beta] of [
      ['session.audio.input.turn_detection.threshold', 'session.turn_detection.threshold'],
      ['session.audio.output.speed', 'session.speed'],
      ['session.output_modalities', 'session.modalities'],
      ['session.max_output_tokens', 'session.max_response_output_tokens'],
      ['session.tools[2].name', 'session.tools[2].name'],
      ['session.type', 'type'],
      ['response.audio.output.voice', 'response.voice'],
      ['response.max_output_tokens', 'response.max_output_tokens'],
      ['item.content[0].text', 'item.content[0].text'],
    ] as const) {
      expect(param(ga)).toMatchObject({ param: beta, message: `Unknown parameter: '${beta}'.` });
    }
    expect(tell({ type: 'error', error: { type: 'x', message: 'm' } })).toMatchObject({ error: { message: 'm' } });
  });
});
