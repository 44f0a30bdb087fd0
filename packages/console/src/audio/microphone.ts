// Opens the microphone with echo cancellation and emits chunks of 24 kHz.

import worklet from './capture-worklet.ts?worker&url';

export interface Microphone {
  /** What a call sends. */
  readonly track: MediaStreamTrack | null;
  close(): void;
}

export type OpenedMicrophone = { ok: true; microphone: Microphone } | { ok: false; message: string };

const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    NotAllowedError: 'The browser does not let this page use the microphone.',
    NotFoundError: 'There is no microphone.',
    NotReadableError: 'The microphone is in use by another program.',
  }),
);

/** Opens the microphone; `onSamples` takes 40 ms at a time. Never rejects: why it cannot be opened comes back in words. */
export async function openMicrophone(onSamples: (samples: Float32Array) => void): Promise<OpenedMicrophone> {
  // Absent where the page came neither over TLS nor from this machine.
  if (!navigator.mediaDevices) {
    return { ok: false, message: 'Browsers give a microphone to pages over https, or from this machine, only.' };
  }
  let stream: MediaStream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
  } catch (error) {
    const { name } = error as { name?: string };
    return { ok: false, message: REASONS.get(name ?? '') ?? 'The microphone cannot be opened.' };
  }
  // At the device's own rate: not every browser connects a microphone to another one.
  const context = new AudioContext();
  try {
    await context.audioWorklet.addModule(worklet);
  } catch {
    // Its code comes from the server, which may be away.
    for (const track of stream.getTracks()) track.stop();
    void context.close();
    return { ok: false, message: 'The microphone cannot be opened: the server does not answer.' };
  }
  const node = new AudioWorkletNode(context, 'capture', {
    numberOfOutputs: 0,
    channelCount: 1,
    channelCountMode: 'explicit',
  });
  node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => onSamples(data);
  context.createMediaStreamSource(stream).connect(node);
  await context.resume();
  return {
    ok: true,
    microphone: {
      track: stream.getAudioTracks()[0] ?? null,
      close() {
        node.port.onmessage = null;
        for (const track of stream.getTracks()) track.stop();
        void context.close();
      },
    },
  };
}
