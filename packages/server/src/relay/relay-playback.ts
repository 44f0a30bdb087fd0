// The output audio of a relayed call: which responses are queued for playing, and what a clear cuts. The client hears it by RTP, so
// the events about it are the relay's own [WR4 to WR11]. Steps: `relay-step.ts`; the audio itself: `sessions/call-playback.ts`.

import { bytesToMs, type RealtimeAudioFormat, type ServerEvent } from '@colloquy/protocol';
import type { PlaybackEvent } from '@colloquy/session';
import type { PlayedPart } from '../calls/call-audio.ts';
import { type RelayDraft, request, sendOwn, update } from './relay-draft.ts';
import type { RelayPlaybackState } from './relay-playback-state.ts';

/** `played` says how far the queued parts are, in PCM at 24 kHz. */
type Played = readonly PlayedPart[];

const PCM: RealtimeAudioFormat = { type: 'audio/pcm', rate: 24_000 };

/** Plays the audio of an upstream's event. Returns false if the event is not sent: it is audio, which travels as RTP [WR4]. */
export function playUpstream(draft: RelayDraft, event: ServerEvent): boolean {
  const { playback } = draft.state;
  if (!playback) return true;
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
      change(draft, settingsOf(event));
      return true;
    case 'response.output_audio.delta':
      queue(draft, playback, event);
      return false;
    default:
      return true;
  }
}

/** Ends the audio of each response that ended in this step, by the upstream or by the relay. Call it last. */
export function endPlayback(draft: RelayDraft): void {
  for (const effect of [...draft.effects]) {
    if (effect.do !== 'send' || effect.event.type !== 'response.done') continue;
    const { playback } = draft.state;
    const response_id = effect.event.response.id ?? '';
    if (!playback) continue;
    if (playback.queued.includes(response_id)) draft.effects.push({ do: 'end_playback', response_id });
    change(draft, { cleared: without(playback.cleared, response_id) });
  }
}

/** Clears what is playing if the event is the start of speech that interrupts. Call it after the event was sent [WR10]. */
export function interruptPlayback(draft: RelayDraft, event: ServerEvent, played: Played): void {
  if (event.type === 'input_audio_buffer.speech_started' && draft.state.playback?.interrupts) clear(draft, played);
}

/** Answers a client's `output_audio_buffer.clear` [WR7]. */
export function clearPlayback(draft: RelayDraft, played: Played): void {
  const { queued = [], last = null } = draft.state.playback ?? {};
  if (queued.length > 0) clear(draft, played);
  else if (last !== null) sendOwn(draft, { type: 'output_audio_buffer.cleared', response_id: last });
}

/** Announces what the call reports [WR5, WR6]. Reports about audio that was cleared meanwhile are dropped. */
export function announcePlayback(draft: RelayDraft, event: PlaybackEvent): void {
  const { playback } = draft.state;
  if (!playback || event.type === 'played' || !playback.queued.includes(event.response_id)) return;
  const { response_id } = event;
  if (event.type === 'started') return sendOwn(draft, { type: 'output_audio_buffer.started', response_id });
  change(draft, { queued: playback.queued.filter((each) => each !== response_id) });
  sendOwn(draft, { type: 'output_audio_buffer.stopped', response_id });
}

function change(draft: RelayDraft, changes: Partial<RelayPlaybackState>): void {
  if (draft.state.playback) update(draft, { playback: { ...draft.state.playback, ...changes } });
}

function settingsOf({ session }: Extract<ServerEvent, { type: 'session.created' | 'session.updated' }>) {
  const { input } = session.audio ?? {};
  const output = session.type === 'realtime' ? session.audio?.output?.format : undefined;
  const detection = input?.turn_detection;
  return {
    formats: { input: input?.format ?? PCM, output: output ?? PCM },
    interrupts: detection != null && detection.interrupt_response !== false,
  };
}

type AudioDelta = Extract<ServerEvent, { type: 'response.output_audio.delta' }>;

function queue(draft: RelayDraft, { queued, cleared, formats }: RelayPlaybackState, event: AudioDelta): void {
  const { response_id, item_id, content_index, delta } = event;
  draft.effects.push({ do: 'record', from: 'server', event });
  if (cleared.has(response_id)) return;
  if (!queued.includes(response_id)) change(draft, { queued: [...queued, response_id], last: response_id });
  const format = formats?.output ?? PCM;
  draft.effects.push({ do: 'play_audio', response_id, item_id, content_index, format, audio: delta });
}

/** Drops what is not on the wire, and truncates each part that was not played to its end [WR11, WR19]. */
function clear(draft: RelayDraft, played: Played): void {
  const { playback, responses } = draft.state;
  if (!playback || playback.queued.length === 0) return;
  draft.effects.push({ do: 'clear_playback' });
  const running = playback.queued.filter((id) => responses.pending.running.has(id));
  change(draft, { queued: [], cleared: new Set([...playback.cleared, ...running]) });
  for (const response_id of playback.queued) sendOwn(draft, { type: 'output_audio_buffer.cleared', response_id });
  for (const { item_id, content_index, playedBytes, sentBytes } of played) {
    if (playedBytes >= sentBytes) continue;
    const audio_end_ms = Math.floor(bytesToMs(playedBytes, PCM));
    request(draft, { type: 'conversation.item.truncate', item_id, content_index, audio_end_ms });
  }
}

function without(set: ReadonlySet<string>, id: string): ReadonlySet<string> {
  if (!set.has(id)) return set;
  const rest = new Set(set);
  rest.delete(id);
  return rest;
}
