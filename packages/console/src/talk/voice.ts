// Audio of the page's session: sends the microphone, plays responses, truncates interrupted items to what was heard. In a call the browser
// carries the audio, and the server truncates.

import { createAnswerAudio } from '@colloquy/session';
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { type Microphone, openMicrophone } from '../audio/microphone.ts';
import { pcmBase64, samplesOf } from '../audio/samples.ts';
import { createSpeaker, type Speaker } from '../audio/speaker.ts';
import { createCallSpeech } from './call-speech.ts';
import type { ServerFrame } from './connection.ts';
import type { CallAudio } from './wire.ts';

/** `held`: it is listened to as long as a key or button is held. `open`: all the time, the server tells turns apart. */
export type MicrophoneState = 'off' | 'asking' | 'ready' | 'held' | 'open';

export interface TalkVoice {
  readonly microphone: ReadonlySignal<MicrophoneState>;
  /** How loud the user is, from 0 to 1. */
  readonly level: ReadonlySignal<number>;
  /** Whether an answer is heard. Unlike `speaking` it changes only then. */
  readonly isSpeaking: ReadonlySignal<boolean>;
  /** What is being said to the user. */
  readonly speaking: ReadonlySignal<{ readonly key: string; readonly ms: number } | undefined>;
  /** To be called when the user asks for a session: without that, browsers keep a page silent. */
  prepare(): void;
  /** The audio of the session is that of a call, until `end`. */
  useCall(call: CallAudio): void;
  handleEvent(event: ServerFrame): void;
  /** Falls silent, and tells the server what was heard. */
  silence(): Promise<void>;
  hold(): Promise<void>;
  release(): void;
  open(): Promise<void>;
  /** Closes the microphone; what is being said goes on. */
  closeMicrophone(): void;
  /** Closes everything: the session is over. */
  end(): void;
}

export interface VoiceOptions {
  readonly send: (event: object) => void;
  /** Asks for an answer, as soon as none is running. */
  readonly respond: () => void;
  readonly onTrouble: (message: string) => void;
}

/** A shorter press is a slip: servers refuse less than 100 ms. */
const SHORTEST_MS = 100;
const RATE_PER_MS = 24;
/** What was said last is still on its way when a key is released. */
const TAIL_MS = 200;

export function createVoice({ send, respond, onTrouble }: VoiceOptions): TalkVoice {
  const state = signal<MicrophoneState>('off');
  const level = signal(0);
  const speaking = signal<{ key: string; ms: number } | undefined>(undefined);
  let answerAudio = createAnswerAudio();
  let speaker: Speaker | undefined;
  let microphone: Microphone | undefined;
  let opening: Promise<boolean> | undefined;
  const callSpeech = createCallSpeech();
  let call: CallAudio | undefined;
  let heldMs = 0;
  let isWanted = false;
  /** The interruption under way: the next one waits for it, and truncates nothing twice. */
  let silencing: Promise<void> = Promise.resolve();
  let unwatch = () => {};

  function handleSamples(samples: Float32Array): void {
    level.value = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    const isSending = state.peek() === 'held' || state.peek() === 'open';
    if (!isSending) return;
    heldMs += samples.length / RATE_PER_MS;
    if (!call) send({ type: 'input_audio_buffer.append', audio: pcmBase64(samples) });
  }

  async function openOnce(): Promise<boolean> {
    if (microphone) return true;
    state.value = 'asking';
    const opened = await openMicrophone(handleSamples);
    if (opened.ok) microphone = opened.microphone;
    else onTrouble(opened.message);
    state.value = opened.ok ? 'ready' : 'off';
    return opened.ok;
  }

  function ask(): Promise<boolean> {
    opening ??= openOnce().finally(() => {
      opening = undefined;
    });
    return opening;
  }

  /** Drops first and waits then: what comes while the player says what was heard must not be played. */
  function silence(): Promise<void> {
    if (call) {
      if (callSpeech.hasAudio()) send({ type: 'output_audio_buffer.clear' });
      return Promise.resolve();
    }
    answerAudio.mute();
    const audio = answerAudio;
    const stopped = Promise.all([speaker?.interrupt() ?? [], silencing]);
    silencing = stopped.then(([parts]) => {
      if (audio === answerAudio) for (const truncation of audio.interrupt(parts)) send(truncation);
    });
    return silencing;
  }

  function closeMicrophone(): void {
    call?.setMicrophone(null);
    microphone?.close();
    microphone = undefined;
    isWanted = false;
    state.value = 'off';
    level.value = 0;
  }

  async function commit(): Promise<void> {
    if (call) await new Promise((resolve) => setTimeout(resolve, TAIL_MS));
    call?.setMicrophone(null);
    send({ type: 'input_audio_buffer.commit' });
    respond();
  }

  callSpeech.speaking.subscribe((now) => {
    if (call) speaking.value = now;
  });

  return {
    microphone: state,
    level,
    isSpeaking: computed(() => speaking.value !== undefined),
    speaking,
    prepare() {
      if (speaker) return;
      speaker = createSpeaker(() => onTrouble('Audio cannot be played: the server does not answer.'));
      unwatch = speaker.speaking.subscribe((now) => {
        speaking.value = now;
      });
    },
    useCall(audio) {
      call = audio;
    },
    handleEvent(event) {
      if (call) return callSpeech.handleEvent(event);
      switch (event.type) {
        case 'response.output_audio.delta': {
          const audio = answerAudio.receive(event);
          if (audio) speaker?.play(audio.item_id, audio.content_index, samplesOf(audio.bytes, 'audio/pcm'));
          return;
        }
        case 'response.output_item.done': {
          const { id } = (event.item ?? {}) as { id?: unknown };
          if (typeof id === 'string') speaker?.complete(id);
          return;
        }
        case 'input_audio_buffer.speech_started':
          void silence();
      }
    },
    silence,
    async hold() {
      isWanted = true;
      heldMs = 0;
      // Let go again while the browser asked the user.
      if (!(await ask()) || !isWanted) return;
      // A call sends silence as well, and what came before is no part of the turn.
      if (call) send({ type: 'input_audio_buffer.clear' });
      call?.setMicrophone(microphone?.track ?? null);
      state.value = 'held';
    },
    release() {
      const wasHeld = state.peek() === 'held';
      isWanted = false;
      if (!wasHeld) return;
      state.value = 'ready';
      if (heldMs >= SHORTEST_MS) return void commit();
      call?.setMicrophone(null);
      send({ type: 'input_audio_buffer.clear' });
    },
    async open() {
      if (!(await ask())) return;
      call?.setMicrophone(microphone?.track ?? null);
      state.value = 'open';
    },
    closeMicrophone,
    end() {
      closeMicrophone();
      callSpeech.end();
      call = undefined;
      unwatch();
      speaker?.close();
      speaker = undefined;
      speaking.value = undefined;
      answerAudio = createAnswerAudio();
    },
  };
}
