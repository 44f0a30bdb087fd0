// Records one session: the sink between its lines and the recorder.

import type { Line, LineSink } from '../sessions/line-sink.ts';
import type { Recorder, SessionRecording } from './recorder.ts';

export interface RecordingSink extends LineSink<Line> {
  /** The recording's name in the store; `undefined` before the session has begun. */
  readonly name: string | undefined;
  /** Resolves with whether all lines so far are stored for good. Never rejects. */
  flushed(): Promise<boolean>;
}

/** `engine` is what answers the session, by name. */
export function recordingSink(recorder: Recorder, engine: string): RecordingSink {
  let recording: SessionRecording | undefined;
  return {
    get name() {
      return recording?.name;
    },
    begin({ id, options }) {
      recording = recorder.begin(id, options, engine);
    },
    write(line) {
      recording?.write(line);
    },
    end() {
      recording?.end();
    },
    flushed: async () => (await recording?.flushed()) ?? false,
  };
}
